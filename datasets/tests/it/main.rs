//! Does a whole drop have what it promises, and do plays survive the way through a store?

mod drop;
mod plays;
