#!/usr/bin/env bash
# Fingerprints: speed beside fpcalc, recall and recognition on music, a large synthesised catalogue.
# usage: bench-fingerprint.sh MUSIC [SONGS [CLIPS [TRACKS]]]   (MUSIC: a folder with audio files)
set -euo pipefail
cd "$(dirname "$0")/.."
music=${1:-${BACKLINE_WORK:-work}/demo/drop}
[ -d "$music" ] || { echo "$music: no folder; name one with music, or run make demo first" >&2; exit 2; }
songs=${2:-36} clips=${3:-100} tracks=${4:-100000}
bin=${BIN:-${CARGO_TARGET_DIR:-target}/release}
cargo build -q --locked --release -p fingerprint --examples
mapfile -t files < <(find -L "$music" -type f \( -name '*.ogg' -o -name '*.flac' -o -name '*.mp3' -o -name '*.wav' \) -size +300k | sort | head -6)
echo "== CPU beside fpcalc"
"$bin/examples/beside_fpcalc" "${files[@]}"
echo "== Duplicates and clips"
"$bin/backline" --store memory: --quiet fingerprint evaluate "$music" --songs "$songs" --strangers $((songs / 3)) --clips "$clips" \
  --report "${BACKLINE_WORK:-work}/evaluation"
echo "== $tracks synthesised tracks"
"$bin/examples/large_catalogue" "$tracks" $((tracks / 100))
