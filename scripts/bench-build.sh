#!/usr/bin/env bash
# How long does the first build take? Builds into an empty folder and says CPU and wall seconds.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export CARGO_TARGET_DIR=$folder
TIMEFORMAT='cold release build: %R s wall, %U s user, %S s system'
time cargo build --locked --release --workspace --quiet
