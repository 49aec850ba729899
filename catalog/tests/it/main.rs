//! Does an edition come into force whole, or not at all?

mod editions;
mod labels;
