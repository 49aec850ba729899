#!/usr/bin/env bash
# CPU, memory and sizes of every stage over the demo drop, in a store of its own; prints a Markdown table.
# Needs GNU time (apt-get install time). BIN: folder of the binaries. WORK: folder for drop and store.
set -euo pipefail
time=$(command -v /usr/bin/time || true)
if [ -z "$time" ]; then
  echo "bench.sh: GNU time is missing" >&2
  echo "fix: apt-get install time" >&2
  exit 2
fi
base=$WORK/bench
drop=$WORK/demo/drop
rm -rf "$base"
mkdir -p "$base"
backline=("$BIN/backline" --quiet --json --store "$base/store")
"$BIN/backline" --quiet --store "$base/store" datasets drop "$drop" --cache "$WORK/cache" >/dev/null

# stage NAME COMMAND…: runs it, keeps its JSON, and sets cpu, wall, rss.
stage() {
  local name=$1; shift
  local code=0
  "$time" -o "$base/$name.time" -f '%U %S %e %M' "$@" >"$base/$name.json" 2>"$base/$name.log" || code=$?
  [ "$code" -le 1 ] || { cat "$base/$name.log" >&2; echo "bench.sh: $name failed with exit code $code" >&2; exit 2; }
  read -r user sys wall rss < <(grep -E '^[0-9]' "$base/$name.time")
  cpu=$(awk "BEGIN { print $user + $sys }")
}
field() { grep -oE "\"$2\": *[0-9.]+" "$base/$1.json" | head -1 | grep -oE '[0-9.]+$'; }
row() { printf '| %s | %s | %s | %s | %s |\n' "$@"; }
per() { awk "BEGIN { if ($2 > 0) printf \"%.2f\", $1 / $2; else print \"-\" }"; }

cores=$(nproc)
echo "Measured $(date -u +%F) on $cores cores ($(sed -n 's/model name.*: //p' /proc/cpuinfo | head -1)), by \`make bench\`."
echo
row stage "CPU s" "wall s" "peak MB" "per unit"
row --- --- --- --- ---
stage ingest "${backline[@]}" ingest run "$drop"
ingest=("$cpu" "$wall" "$rss")
stage transcode "${backline[@]}" transcode run
transcode=("$cpu" "$wall" "$rss")
# Hours of audio: every master once.
hours=$(grep -oE '"length_ms": *[0-9]+' "$base/transcode.json" | grep -oE '[0-9]+$' | awk '{ s += $1 } END { printf "%.3f", s / 3.6e6 }')
stage fingerprint "${backline[@]}" fingerprint run
fingerprint=("$cpu" "$wall" "$rss")
stage plays "${backline[@]}" datasets plays
events=$(field plays plays)
stage recsys "${backline[@]}" recsys run
recsys=("$cpu" "$wall" "$rss")
stage edition "${backline[@]}" edition publish
edition=("$cpu" "$wall" "$rss")
mb() { awk "BEGIN { printf \"%.0f\", $1 / 1024 }"; }
row ingest "${ingest[0]}" "${ingest[1]}" "$(mb "${ingest[2]}")" "$(per "${ingest[0]}" "$hours") CPU s per hour of audio"
row transcode "${transcode[0]}" "${transcode[1]}" "$(mb "${transcode[2]}")" "$(per "${transcode[0]}" "$hours") CPU s per hour of audio"
row fingerprint "${fingerprint[0]}" "${fingerprint[1]}" "$(mb "${fingerprint[2]}")" "$(per "${fingerprint[0]}" "$hours") CPU s per hour of audio"
row recsys "${recsys[0]}" "${recsys[1]}" "$(mb "${recsys[2]}")" "$(awk "BEGIN { printf \"%.2f\", ${recsys[0]} * 1e6 / $events }") CPU s per million events"
row "edition publish" "${edition[0]}" "${edition[1]}" "$(mb "${edition[2]}")" "$(field edition bytes) bytes in the edition"
echo
echo "$hours hours of audio, $events events, $(field edition tracks) tracks."
echo
echo "The cold release build of the same commit: \`make bench-build\`."
