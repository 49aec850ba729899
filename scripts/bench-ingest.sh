#!/usr/bin/env bash
# CPU per message (parsed, checked, mapped) beside a bare pass over the same bytes, in one run.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo run --quiet --locked --release -p ingest --example bench
