//! Does a drop become records, masters and a report, whatever a label does to it?

mod artists;
mod drops;
mod ern_reader;
mod flac;
mod forms;
mod hostile;
mod label;
mod laws;
mod lyrics;
mod messages;
mod order;
mod planted;
mod reports;
mod table;
