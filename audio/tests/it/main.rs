//! Is every file decoded to the right samples, or refused with the right words, and is loudness what
//! EBU R 128 says?

mod decode;
mod ebu;
mod faults;
mod oracle;
mod wave;
