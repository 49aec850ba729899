//! Do the parts hold together as the architecture says?

mod arrows;
mod bucket;
mod console;
mod night;
mod refusals;
mod s3;
