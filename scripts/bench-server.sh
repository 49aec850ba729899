#!/usr/bin/env bash
# The catalogue server beside nginx on the same bytes, over the short demo's store; prints a Markdown table.
# CPU time is read from /proc/PID/task/*/schedstat, so that a busy machine bends it less than wall time does;
# rounds alternate and medians are compared. Either server has the first core, the load the others. Needs nginx and wrk. BIN, WORK as in the Makefile; BASE: a folder
# with store and secret; ROUNDS, SECONDS_EACH. Loopback only.
#
# nginx sends files twice over: as Debian ships it (sendfile and tcp_nopush: the header leaves with the file's first bytes, as ours
# does), and without tcp_nopush. Without it the reader's window never opens beyond one segment of 64 KB, nginx hands one over, and the rest
# is sent while the reader's core handles the acknowledgements: cheap for nginx, dear for the machine. Hence both ends are counted too.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
base=${BASE:-$WORK/check}
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-3}
for tool in nginx wrk python3 taskset; do
  command -v "$tool" >/dev/null || { echo "bench-server.sh: $tool is missing" >&2; echo "fix: apt-get install nginx wrk python3" >&2; exit 2; }
done
[ -f "$base/store/CURRENT" ] || "$here/demo.sh" check >&2
out=$base/bench-server
mkdir -p "$out/files"
out=$(cd "$out" && pwd)
printf '[server.limits]\nlistener_per_s = 0\naddress_per_s = 0\nmax_late_ms = 0\n[server.connections]\nworkers = 1\n[server.editions]\npoll_ms = 300\n' >"$out/bench.toml"
token=$("$BIN/backline" --store "$base/store" datasets token --secret-file "$base/secret" --create --listener 7 --country DE --tier premium)
taskset -c 0 "$BIN/catalog-server" --quiet --store "$base/store" --secret-file "$base/secret" --config "$out/bench.toml" --listen 127.0.0.1:0 >"$out/server.out" 2>"$out/server.log" &
ours=$!
trap 'kill "$ours" ${theirs:-} ${load:-} 2>/dev/null || true; wait 2>/dev/null || true' EXIT
for _ in $(seq 200); do
  url=$(sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$out/server.out" | head -1)
  [ -n "$url" ] && curl -sf "$url/readyz" >/dev/null && break
  sleep 0.1
done
ask() { curl -sSf -H "Authorization: Bearer $token" "$url$1"; }
ask '/v1/search?q=a&kind=track&limit=50' | grep -oE '"track":\{"id":"[0-9A-Za-z]{22}' | grep -oE '[0-9A-Za-z]{22}$' | sort -u >"$out/tracks"
[ -s "$out/tracks" ] || ask /v1/me/discover-weekly | grep -oE '"track":\{"id":"[0-9A-Za-z]{22}' | grep -oE '[0-9A-Za-z]{22}$' | sort -u >"$out/tracks"
track=$(head -1 "$out/tracks")
link=$(ask "/v1/tracks/$track/stream?quality=lossless" | grep -oE '"url":"[^"]*"' | head -1 | cut -d'"' -f4)
curl -sSf "$url$link" -o "$out/files/track.flac"
size=$(stat -c %s "$out/files/track.flac")
ask "/v1/tracks/$track" >"$out/files/track.json"
json=$(stat -c %s "$out/files/track.json")
free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
port=$(free) apart=$(free)
cat >"$out/nginx.conf" <<CONF
daemon off; pid $out/nginx.pid; error_log $out/error.log; worker_processes 1; master_process off;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000;
  client_body_temp_path $out/b; proxy_temp_path $out/p; fastcgi_temp_path $out/f; uwsgi_temp_path $out/u; scgi_temp_path $out/s;
  server { listen 127.0.0.1:$apart; root $out/files; }
  server { listen 127.0.0.1:$port; root $out/files; tcp_nopush on;
    location = /metadata { default_type application/json; return 200 '$(sed "s/'/ /g" "$out/files/track.json")'; } } }
CONF
taskset -c 0 nginx -c "$out/nginx.conf" -p "$out" & theirs=$!
sleep 0.5
cat >"$out/ranges.lua" <<LUA
local n = $size - 262144
math.randomseed(7)
request = function()
  local from = n > 0 and math.floor(math.random() * n / 4096) * 4096 or 0
  wrk.headers["Range"] = string.format("bytes=%d-%d", from, from + 262143)
  return wrk.format("GET")
end
LUA
others=1-$(($(nproc) > 1 ? $(nproc) - 1 : 1))
load() { taskset -c "$others" wrk "$@"; }
cpu() { cat /proc/"$1"/task/*/schedstat | awk '{ s += $1 } END { printf "%.0f\n", s / 1000 }'; }
# once PID URL [wrk options…]: microseconds of CPU per request, the server's and the reader's
once() {
  local pid=$1 target=$2 before after done spent; shift 2
  before=$(cpu "$pid")
  spent=$({ TIMEFORMAT='%U %S'; time load -t1 -c32 -d"${seconds}s" "$@" "$target" >"$out/wrk.txt"; } 2>&1)
  after=$(cpu "$pid")
  if grep -q 'Non-2xx' "$out/wrk.txt"; then cat "$out/wrk.txt" >&2; exit 1; fi
  done=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$out/wrk.txt")
  awk -v server=$((after - before)) -v done="$done" '{ print server / done, ($1 + $2) * 1e6 / done }' <<<"$spent"
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
row() { awk "BEGIN { printf \"| %s | %.1f | %.1f | %.2f | %s |\\n\", \"$1\", $2, $3, $2 / $3, \"$4\" }"; }
# pair OURS THEIRS NAME BOUND [options…]
pair() {
  local a=$1 b=$2 name=$3 bound=$4; shift 4
  : >"$out/ours.us"; : >"$out/nginx.us"
  for _ in $(seq "$rounds"); do once "$ours" "$a" "$@" >>"$out/ours.us"; once "$theirs" "$b" "$@" >>"$out/nginx.us"; done
  row "$name" "$(median <"$out/ours.us")" "$(median <"$out/nginx.us")" "$bound"
}
# of the last pair, both ends
both() { local sum='{ print $1 + $2 }'; row "$1" "$(awk "$sum" "$out/ours.us" | median)" "$(awk "$sum" "$out/nginx.us" | median)" ""; }
echo "Measured $(date -u +%F) on $(nproc) cores ($(sed -n 's/model name.*: //p' /proc/cpuinfo | head -1)), load $(cut -d' ' -f1 /proc/loadavg), by \`make bench-server\`."
echo
echo "| what | ours, µs CPU | nginx, µs CPU | ratio | wanted |"
echo "|---|---|---|---|---|"
pair "$url$link" "http://127.0.0.1:$port/track.flac" "256 KB range of $size bytes" "≤ 1.05" -s "$out/ranges.lua"
both "the same, server and reader together"
pair "$url$link" "http://127.0.0.1:$apart/track.flac" "256 KB range, nginx without tcp_nopush" "" -s "$out/ranges.lua"
both "the same, server and reader together"
pair "$url/v1/tracks/$track" "http://127.0.0.1:$port/metadata" "metadata, $json bytes, bearer token verified" "≤ 1.3" -H "Authorization: Bearer $token"
pair "$url/healthz" "http://127.0.0.1:$port/metadata" "an empty answer of ours beside the same" ""
echo
played=$(head -10 "$out/tracks" | paste -sd,)
load -t1 -c1 -d"${seconds}s" --latency -H "Authorization: Bearer $token" "$url/v1/me/discover-weekly?played=$played" >"$out/wrk.txt"
echo "A list re-ranked by ten tracks just played: $(awk '$1 == "50%" { p50 = $2 } $1 == "99%" { p99 = $2 } END { print "p50", p50 ", p99", p99 }' "$out/wrk.txt") (wanted: under 5 ms)."
echo
listeners=$BIN/examples/listeners
if [ -x "$listeners" ]; then
  field() { grep -oE "\"$2\": *[0-9.]+" "$1" | grep -oE '[0-9.]+$'; }
  "$listeners" "${url#http://}" "$token" "$out/tracks" 200 "$((seconds * 3))" 500 >"$out/paced.json"
  echo "stream request to the last byte of the first chunk, 200 connections that each press play twice a second: p50 $(field "$out/paced.json" p50_ms) ms, p99 $(field "$out/paced.json" p99_ms) ms, $(field "$out/paced.json" asked) asked, $(field "$out/paced.json" failed) failed (wanted: p99 ≤ 20 ms)."
  "$listeners" "${url#http://}" "$token" "$out/tracks" 200 "$seconds" 0 >"$out/quiet.json"
  echo "The same without a pause, which saturates one core: p50 $(field "$out/quiet.json" p50_ms) ms, p99 $(field "$out/quiet.json" p99_ms) ms, $(field "$out/quiet.json" asked) asked, $(field "$out/quiet.json" failed) failed."
  edition=$(curl -s "$url/readyz" | grep -oE '"id":"[0-9a-f]+"' | head -1 | cut -d'"' -f4)
  before=$(curl -s "$url/metrics" | sed -n 's/^backline_edition_swaps_total //p')
  "$listeners" "${url#http://}" "$token" "$out/tracks" 200 60 0 >"$out/swaps.json" & load=$!
  swaps=0
  while [ "$swaps" -lt 100 ] && kill -0 "$load" 2>/dev/null; do
    python3 - "$base/store/CURRENT" <<'PY'
import json, os, sys
# What `edition rollback` writes: the same edition under the next generation, by rename.
path = sys.argv[1]
pointer = json.load(open(path))
pointer["generation"] += 1
with open(path + ".bench", "w") as new:
    json.dump(pointer, new)
os.replace(path + ".bench", path)
PY
    wanted=$(grep -oE '"generation": *[0-9]+' "$base/store/CURRENT" | grep -oE '[0-9]+')
    for _ in $(seq 500); do
      [ "$(curl -s "$url/readyz" | grep -oE '"generation":[0-9]+' | grep -oE '[0-9]+')" = "$wanted" ] && break
      sleep 0.02
    done
    swaps=$((swaps + 1))
  done
  wait "$load" || true
  load=
  after=$(curl -s "$url/metrics" | sed -n 's/^backline_edition_swaps_total //p')
  echo "$((after - before)) swaps of edition $edition under the same load: p99 $(field "$out/swaps.json" p99_ms) ms, $(field "$out/swaps.json" asked) asked, $(field "$out/swaps.json" failed) failed (wanted: none, p99 within twice the quiet one)."
else
  echo "SKIPPED: $listeners is not built. fix: cargo build --release --workspace --example listeners"
fi
