//! Is every rendition exact to the sample, right to the decibel, and made once?

mod job;
mod music;
mod players;
mod splice;
mod streams;
