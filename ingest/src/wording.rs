//! Every sentence that a label can receive, one function each, and nowhere else.
//!
//! Found and expected are facts beside the sentence; the remedy is addressed to the label. The code
//! comes from the table in `checks`.

mod content;
mod files;
mod message;
mod sounds;
mod style;

pub(crate) use content::*;
pub(crate) use files::*;
pub(crate) use message::*;
pub(crate) use sounds::*;
pub(crate) use style::*;

use crate::checks::Check;
use crate::finding::{Finding, Text};

const REEXPORT: &str = "export the file again and compare its checksum after the transfer";

/// A finding about a value of the message.
fn about(check: &Check, text: &Text, sentence: String) -> Finding {
    Finding::of(check, sentence).at(text.at).found(&text.value)
}
