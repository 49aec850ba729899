#!/usr/bin/env bash
# Builds the two programs; says how long the first time takes, and shows cargo's own progress.
set -euo pipefail
target=${CARGO_TARGET_DIR:-target}
if [ ! -x "$target/release/backline" ]; then
  echo "First build: 15 to 30 minutes on two cores (polars and tantivy are most of it); later ones take seconds." >&2
fi
quiet=()
[ -x "$target/release/backline" ] && quiet=(--quiet)
# The whole workspace at once, as the tests do: other features would compile polars a second time.
cargo build --locked --release --workspace "${quiet[@]}"
# Then the server by itself: built beside the jobs it would be given their features, and be able to write.
cargo build --locked --release "${quiet[@]}" -p catalog-server
