//! Compiles libvorbis from `lib/`.

use std::env;

/// libvorbis, libvorbisenc and libvorbisfile.
const FILES: [&str; 24] = [
    "analysis",
    "bitrate",
    "block",
    "codebook",
    "cpu",
    "envelope",
    "floor0",
    "floor1",
    "info",
    "lookup",
    "lpc",
    "lsp",
    "mapping0",
    "mdct",
    "psy",
    "registry",
    "res0",
    "sharedbook",
    "smallft",
    "synthesis",
    "vorbisenc",
    "vorbisfile",
    "window",
    "xmmlib",
];

fn main() {
    println!("cargo:rerun-if-changed=lib");
    println!("cargo:rerun-if-changed=include");
    let folder = env::current_dir().expect("cargo runs build scripts in the package's folder");
    println!("cargo:include={}", folder.join("include").display());
    cc::Build::new()
        .files(FILES.map(|name| format!("lib/{name}.c")))
        // The sources are old, and not ours to tidy.
        .warnings(false)
        .flag_if_supported("-Wno-discarded-qualifiers")
        .flag_if_supported("-Wno-incompatible-pointer-types-discards-qualifiers")
        .flag_if_supported("-Wno-int-conversion")
        .flag_if_supported("-Wno-implicit-int")
        .flag_if_supported("-Wno-return-type")
        .include(env::var_os("DEP_OGG_INCLUDE").expect("ogg_next_sys names its headers"))
        .include("lib")
        .include("include")
        .define("HAVE_STDINT_H", None)
        .compile("vorbis");
}
