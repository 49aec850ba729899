//! The program `catalog-server`; see the library for what it does.

fn main() -> std::process::ExitCode {
    catalog_server::cli::main()
}
