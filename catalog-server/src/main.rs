//! The program `catalog-server`; see the library for what it does.

/// A request allocates some dozens of small things on one thread and frees them there.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    catalog_server::cli::main()
}
