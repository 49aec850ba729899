//! Does a running server keep its promises? Started in-process on a free port, over a tiny edition
//! that the tests publish themselves.

mod audio;
mod browse;
mod bucket;
mod client;
mod clients;
mod clips;
mod connections;
mod edition;
mod graph;
mod hostile;
mod limits;
mod lists;
mod lyrics;
mod playback;
#[path = "../../../backline/tests/it/s3.rs"]
mod s3;
mod swap;
mod world;
