//! Do the parts hold together as the architecture says?

mod arrows;
