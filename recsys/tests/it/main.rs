//! Does the whole job hold its promises, from Parquet files to what a server opens?

mod by_sound;
mod hard_files;
mod hard_listeners;
mod products;
mod promises;
mod world;
