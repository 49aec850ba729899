//! How is libvorbis called? Bindings as bindgen made them for `aotuv_lancer_vorbis_sys` 0.1.6.

#![allow(non_camel_case_types, non_snake_case, missing_docs)]

// Links libogg.
extern crate ogg_next_sys;

use ogg_next_sys::*;

include!("bindings.inc");
