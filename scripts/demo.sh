#!/usr/bin/env bash
# The whole way once: a label drop, a night's work, a server.
#   demo.sh serve   real music; the server stays up
#   demo.sh check   short composed music; asserts what the server answers, then stops it
# BIN: folder of the binaries. WORK: folder for drop, store and caches.
set -euo pipefail
mode=${1:-serve}
backline=$BIN/backline
server=$BIN/catalog-server
case $mode in
  serve) base=$WORK/demo; form=() ;;
  check) base=$WORK/check; form=(--short) ;;
  *) echo "demo.sh: unknown mode $mode, expected serve or check" >&2; exit 2 ;;
esac
store=$base/store
secret=$base/secret
mkdir -p "$base"

say() { printf '\n\033[1m%s\033[0m\n' "$*" >&2; }

say "1/3  The labels' drop → $base/drop"
"$backline" --store "$store" datasets drop "$base/drop" --cache "$WORK/cache" "${form[@]}"

say "2/3  The night: ingest → transcode → fingerprint → recsys → edition → $store"
# Exit code 1 says that something was refused: the demo drop has one faulty delivery on purpose.
night=0
"$backline" --store "$store" nightly "$base/drop" --report "$base/report" --simulate-plays || night=$?
[ "$night" -le 1 ] || { echo "demo.sh: the night failed with exit code $night" >&2; exit "$night"; }
[ "$night" -eq 0 ] || echo "(exit code 1: one delivery was refused, as it should be: $base/report/report.html)" >&2

say "3/3  The server"
token() { "$backline" --store "$store" datasets token --secret-file "$secret" --create --listener 7 "$@"; }
premium=$(token --country DE --tier premium)
abroad=$(token --country US --tier free)
listen=${BACKLINE_LISTEN:-127.0.0.1:8080}
[ "$mode" = check ] && listen=127.0.0.1:0
log=$base/server.log
"$server" --store "$store" --secret-file "$secret" --listen "$listen" >"$base/server.out" 2>"$log" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true' EXIT
address=
for _ in $(seq 200); do
  address=$(sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$base/server.out" | head -1)
  [ -n "$address" ] && break
  kill -0 "$pid" 2>/dev/null || { cat "$log" >&2; echo "demo.sh: the server did not start (another address: BACKLINE_LISTEN=127.0.0.1:8081 make demo)" >&2; exit 2; }
  sleep 0.1
done
ask() { curl -sSf -H "Authorization: Bearer $premium" "$address$1"; }
for _ in $(seq 200); do curl -sf "$address/readyz" >/dev/null && break; sleep 0.1; done

weekly=$(ask /v1/me/discover-weekly)
track=$(printf '%s' "$weekly" | grep -oE '"track":\{"id":"[0-9A-Za-z]{22}"' | head -1 | grep -oE '[0-9A-Za-z]{22}')
[ -n "$track" ] || { echo "demo.sh: Discover Weekly is empty" >&2; exit 1; }

if [ "$mode" = serve ]; then
  cat <<TEXT

Backline is at $address
  The page, with a demo listener:  $address/#token=$premium
  Three URLs to try:
    curl -H "Authorization: Bearer $premium" "$address/v1/me/discover-weekly"
    curl -H "Authorization: Bearer $premium" "$address/v1/search?q=$(printf '%s' "${BACKLINE_TYPO:-awakning}")"
    curl -H "Authorization: Bearer $premium" "$address/v1/tracks/$track/stream"
  A listener elsewhere, on the free tier (some tracks are not licensed there):
    $abroad
  Ctrl-C stops the server; the log is in $log
TEXT
  wait "$pid"
  exit 0
fi

# What the short form asserts.
failed=0
expect() { if eval "$2"; then echo "ok   $1"; else echo "FAIL $1" >&2; failed=1; fi; }
answer=$(ask "/v1/tracks/$track/stream?quality=160" || ask "/v1/tracks/$track/stream")
url=$(printf '%s' "$answer" | grep -oE '"url":"[^"]*vorbis-160[^"]*"' | head -1 | cut -d'"' -f4)
curl -sSf "$address$url" -o "$base/rendition.ogg"
curl -sSf -r 0-4095 "$address$url" -o "$base/range.bin"
code() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
expect "Discover Weekly answers with reasons" 'printf "%s" "$weekly" | grep -q "\"reason\":"'
expect "a 160 kbit/s rendition decodes" '"$backline" --quiet --store "$store" transcode inspect "$base/rendition.ogg" >/dev/null'
expect "a range is the first part of it" 'cmp -s -n 4096 "$base/range.bin" "$base/rendition.ogg" && [ "$(stat -c %s "$base/range.bin")" = 4096 ]'
expect "an altered signature is refused" '[ "$(code "$address${url%?}x")" = 403 ]'
expect "no token, no stream" '[ "$(code "$address/v1/tracks/$track/stream")" = 401 ]'
expect "an error is an RFC 9457 document" 'curl -s -D - -o /dev/null "$address/v1/tracks/none" | grep -qi "application/problem+json"'
# One delivery is refused again, so the exit code is 1; what counts is that no new edition came of it.
"$backline" --quiet --json --store "$store" nightly "$base/drop" --report "$base/report" >"$base/again.json" || true
expect "a second night changes nothing" 'grep -q "\"changed\": false" "$base/again.json"'
exit "$failed"
