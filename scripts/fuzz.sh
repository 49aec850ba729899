#!/usr/bin/env bash
# Runs each fuzz target of ingest for SECONDS_EACH (default 600) on its seeds: scripts/fuzz.sh [TARGET…]
# Needs cargo-fuzz (cargo install cargo-fuzz); no nightly compiler, since our code has nothing for a sanitizer.
set -euo pipefail
cd "$(dirname "$0")/../ingest/fuzz"
command -v cargo-fuzz >/dev/null || { echo "cargo-fuzz is missing. fix: cargo install cargo-fuzz" >&2; exit 2; }
work="${BACKLINE_WORK:-../../work}/fuzz"
mkdir -p "$work"
work=$(cd "$work" && pwd)
# What the targets unpack and probe goes to memory.
[ -d /dev/shm ] && export TMPDIR=/dev/shm
for target in "${@:-ern csv json archive audio}"; do
  for one in $target; do
    mkdir -p "$work/corpus/$one" "$work/found/$one"
    echo "== $one" >&2
    cargo fuzz run --fuzz-dir . --sanitizer none "$one" "$work/corpus/$one" "seeds/$one" -- \
      -max_total_time="${SECONDS_EACH:-600}" -timeout=10 -rss_limit_mb=1500 -artifact_prefix="$work/found/$one/" \
      -print_final_stats=1 2>"$work/$one.log" || { tail -40 "$work/$one.log" >&2; exit 1; }
    grep -E "stat::number_of_executed|^Done" "$work/$one.log"
  done
done
