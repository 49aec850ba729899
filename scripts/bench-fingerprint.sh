#!/usr/bin/env bash
# Fingerprints, whole: speed beside fpcalc, duplicates and clips on music, a large synthesised catalogue.
# usage: bench-fingerprint.sh [MUSIC]   (a folder with audio files; without it, Debian's music packages
# are downloaded once: 3.5 GB, of which the music, 1.4 GB, is kept)
# BIN: folder of the binaries. BACKLINE_WORK: folder for music and pages.
# SONGS, CATALOGUE, CLIPS, TRACKS, SEED: sizes; the defaults take some 25 minutes on two cores.
set -euo pipefail
cd "$(dirname "$0")/.."
work=${BACKLINE_WORK:-work}
bin=${BIN:-${CARGO_TARGET_DIR:-target}/release}
songs=${SONGS:-36} catalogue=${CATALOGUE:-400} clips=${CLIPS:-50} tracks=${TRACKS:-100000} seed=${SEED:-1}
packages=(asc-music colobot-common-sounds drascula-music endless-sky-data extremetuxracer-data fillets-ng-data
  flare-game freedroidrpg-data fretsonfire-songs-muldjord fretsonfire-songs-sectoid frozen-bubble-data
  hedgewars-data hyperrogue-music lincity-ng-data lugaru-data megaglest-data naev-data planetblupi-music-ogg
  pushover-data singularity-music supertux-data supertuxkart-data unknown-horizons warmux-data warzone2100-music
  wesnoth-1.16-music widelands-data)

part() { printf '\n== %s (after %d min)\n' "$*" $((SECONDS / 60)); }

# Each package in a folder of its name, only its music (hammering, howling and weather are no songs), and all or nothing of it.
fetch() {
  command -v apt-get >/dev/null || { echo "bench-fingerprint.sh: no apt-get to fetch music with" >&2; echo "fix: make bench-fingerprint MUSIC=a folder with audio files" >&2; exit 2; }
  local package scratch
  for package in "${packages[@]}"; do
    [ -d "$music/$package" ] && continue
    scratch=$(mktemp -d)
    if (cd "$scratch" && apt-get -qq download "$package" && dpkg -x "$package"_*.deb unpacked) >"$scratch/log" 2>&1; then
      find "$scratch/unpacked" -type f ! -name '*.ogg' ! -name '*.opus' ! -name '*.mp3' ! -name '*.wav' -delete
      find "$scratch/unpacked" -type f \( -ipath '*/sounds/*' -o -ipath '*/soundfx/*' -o -ipath '*/sfx/*' -o -ipath '*/sound/animals/*' \) ! -iname '*music*' -delete
      mv "$scratch/unpacked" "$music/$package"
    else
      echo "LEFT OUT: $package: $(tail -1 "$scratch/log")"
    fi
    rm -rf "$scratch"
  done
}

music=${1:-}
if [ -z "$music" ]; then
  music=$work/music
  mkdir -p "$music"
  part "Music from $(printf '%s\n' "${packages[@]}" | wc -l) packages → $music"
  fetch
fi
[ -d "$music" ] || { echo "$music: no folder" >&2; exit 2; }
# With the workspace, so that third-party crates are compiled with the features they have already.
cargo build -q --locked --release --workspace --example beside_fpcalc --example large_catalogue
evaluate() { "$bin/backline" --store memory: --quiet fingerprint evaluate "$music" --seed "$seed" "$@"; }

part "CPU beside fpcalc"
mapfile -t files < <(find -L "$music" -type f \( -name '*.ogg' -o -name '*.flac' -o -name '*.mp3' -o -name '*.wav' \) -size +1000k | sort | awk 'NR % 20 == 1' | head -6)
"$bin/examples/beside_fpcalc" "${files[@]}"

part "Duplicates: every damage of $songs songs"
evaluate --songs "$songs" --damaged "$songs" --strangers $((songs / 3)) --clips 0 --report "$work/evaluation/duplicates"

part "Clips: $clips a row among $catalogue songs"
evaluate --songs "$catalogue" --strangers 30 --seconds 90 --damaged 0 --clips "$clips" --report "$work/evaluation/clips"

part "$tracks synthesised tracks"
"$bin/examples/large_catalogue" "$tracks" $((tracks / 100)) 60

part "done: pages in $work/evaluation"
