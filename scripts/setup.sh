#!/usr/bin/env bash
# What a fresh Debian machine with Rust lacks: cmake and a C compiler, for the encoders' bundled sources,
# and curl, with which the demo asks its server.
set -euo pipefail
need=()
command -v cmake >/dev/null || need+=(cmake)
command -v cc >/dev/null || need+=(gcc libc6-dev)
command -v c++ >/dev/null || need+=(g++)
command -v make >/dev/null || need+=(make)
command -v curl >/dev/null || need+=(curl)
command -v cargo >/dev/null || { echo "cargo is missing. fix: install Rust 1.92 or newer from https://rustup.rs" >&2; exit 2; }
[ ${#need[@]} -eq 0 ] && exit 0
as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; }; then
  echo "Installing ${need[*]} …" >&2
  "${as_root[@]}" apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${need[@]}" >&2
else
  echo "missing: ${need[*]}" >&2
  echo "fix: sudo apt-get install ${need[*]}" >&2
  exit 2
fi
