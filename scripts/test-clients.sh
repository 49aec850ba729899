#!/usr/bin/env bash
# Other people's programs against a running server, over the short demo's store: Subsonic clients, mpv,
# VLC, ffmpeg, schemathesis, REDbot, nginx with njs as an edge, h2load, slowhttptest. What is not
# installed is skipped, and said. Loopback only. BIN: folder of the binaries. WORK: folder for the store.
# Exit codes: 0 everything that ran is well, 1 something is not, 2 it could not run.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
base=${BASE:-$WORK/check}
[ -f "$base/store/CURRENT" ] || "$here/demo.sh" check >&2 || exit 2
mkdir -p "$base/clients"
out=$base/clients
cat >"$out/open.toml" <<'TOML'
[server.limits]
listener_per_s = 0
address_per_s = 0
TOML
token() { "$BIN/backline" --store "$base/store" datasets token --secret-file "$base/secret" --create --listener 7 --country DE --tier "$1"; }
premium=$(token premium)
user=7.DE.premium
server=("$BIN/catalog-server" --store "$base/store" --secret-file "$base/secret")
password=$("${server[@]}" --print-subsonic-password "$user")
"${server[@]}" --quiet --config "$out/open.toml" --listen 127.0.0.1:0 >"$out/server.out" 2>"$out/server.log" &
pids=($!)
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null' EXIT
url=
for _ in $(seq 200); do
  url=$(sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$out/server.out" | head -1)
  [ -n "$url" ] && curl -sf "$url/readyz" >/dev/null && break
  sleep 0.1
done
[ -n "$url" ] || { cat "$out/server.log" >&2; exit 2; }
address=${url#http://}
failed=0
ok() { echo "ok    $*"; }
bad() { echo "FAIL  $*"; failed=1; }
have() { command -v "$1" >/dev/null || { echo "SKIPPED: $1 is not installed. fix: $2"; return 1; }; }
alive() { curl -sf --max-time 5 "$url/readyz" >/dev/null && ok "$1 leaves the server answering" || bad "$1: the server does not answer after it"; }

python3 "$here/../catalog-server/tests/clients/subsonic.py" "$url" "$user" "$password" "$premium" >"$out/subsonic.txt" 2>&1
case $? in
  0) ok "py-sonic and py-opensonic: $(grep -c '^ok' "$out/subsonic.txt") sentences" ;;
  3) echo "SKIPPED: $(cat "$out/subsonic.txt")" ;;
  *) grep -vE '^ok' "$out/subsonic.txt" | head -30; bad "Subsonic clients" ;;
esac

# A song by Subsonic's own address, as players are given it.
rest() { echo "$url/rest/$1?v=1.16.1&c=test&apiKey=$premium&$2"; }
song=$(curl -s "$(rest search3 'f=json&query=&songCount=1')" | grep -oE '"tr-[0-9A-Za-z]{22}"' | head -1 | tr -d '"')
stream=$(rest stream "id=$song")
have mpv "apt-get install mpv" && { mpv --no-config --no-video --ao=null --untimed --length=20 "$stream" >"$out/mpv.txt" 2>&1 && grep -q "AO: " "$out/mpv.txt" && ok "mpv plays a song" || { tail -5 "$out/mpv.txt"; bad "mpv"; }; }
have cvlc "apt-get install vlc-bin vlc-plugin-base" && { if [ "$(id -u)" -eq 0 ]; then as=(setpriv --reuid=65534 --regid=65534 --clear-groups); else as=(); fi
  HOME=/tmp timeout 60 "${as[@]}" cvlc --play-and-exit --aout dummy --stop-time 5 "$stream" vlc://quit >"$out/vlc.txt" 2>&1; [ $? -eq 0 ] && ! grep -qiE "unable to open|cannot be opened" "$out/vlc.txt" && ok "VLC plays a song" || { tail -5 "$out/vlc.txt"; bad "VLC"; }; }
have ffmpeg "apt-get install ffmpeg" && { ffmpeg -v error -i "$stream" -f null - && ok "ffmpeg decodes a song to its end" || bad "ffmpeg"; }

have schemathesis "pip install schemathesis" && { (cd "$out" && schemathesis run "$url/openapi.json" --header "Authorization: Bearer $premium" --phases examples,coverage,fuzzing --max-examples "${EXAMPLES:-30}" --seed 7 --generation-database none \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,response_headers_conformance) >"$out/schemathesis.txt" 2>&1 && ok "schemathesis: $(grep -oE '[0-9]+ generated' "$out/schemathesis.txt" | tail -1)" || { tail -40 "$out/schemathesis.txt"; bad "schemathesis"; }; }

track=${song#tr-}
link=$(curl -s -H "Authorization: Bearer $premium" "$url/v1/tracks/$track/stream" | grep -oE '"url":"[^"]*"' | head -1 | cut -d'"' -f4)
cover=$(curl -s -H "Authorization: Bearer $premium" "$url/v1/tracks/$track" | grep -oE '/artwork/[^"]*' | head -1)
have redbot "pip install redbot" && for path in / /app.js "$cover" "$link"; do
  # REDbot's own levels: GOOD, INFO, WARN, BAD.
  if redbot -o har "$url$path" 2>"$out/redbot.err" | python3 -c '
import json, sys
notes = [note for entry in json.load(sys.stdin)["log"]["entries"] for note in entry["_red_messages"]]
for note in notes:
    if note["level"] in ("WARN", "BAD"):
        print("     ", note["level"], note["summary"])
sys.exit(not notes or any(note["level"] == "BAD" for note in notes))' >"$out/redbot.txt"; then
    ok "REDbot on ${path%%\?*}: nothing bad"
  else
    bad "REDbot on ${path%%\?*}"
  fi
  cat "$out/redbot.txt"
done

# nginx as the edge, with the keys that the server prints: it opens our link and no altered one.
module=/usr/lib/nginx/modules/ngx_http_js_module.so
if have nginx "apt-get install nginx libnginx-mod-http-js" && [ -f "$module" ]; then
  "$here/edge-nginx.sh" "$BIN/catalog-server" "$base/secret" "$address" "$out/edge" >"$out/edge.txt" 2>&1 &
  pids+=($!)
  edge=; for _ in $(seq 50); do edge=$(sed -n 's/^edge: //p' "$out/edge.txt"); [ -n "$edge" ] && curl -s -o /dev/null "$edge" && break; sleep 0.1; done
  code() { curl -s -o /dev/null -w '%{http_code}' -r 0-99 "$@"; }
  [ "$(code "$edge$link")" = 206 ] && ok "nginx opens a link by itself" || bad "nginx refuses a good link: $(code "$edge$link")"
  [ "$(code "$edge${link%?}x")" = 403 ] && [ "$(code "$edge${link%%\?*}")" = 403 ] && ok "nginx refuses an altered link and none" || bad "nginx opens a bad link"
else
  echo "SKIPPED: nginx with njs is not installed. fix: apt-get install nginx libnginx-mod-http-js"
fi

have h2load "apt-get install nghttp2-client" && { h2load -n 20000 -c 50 -m 20 -T 20 "$url/healthz" >"$out/h2load.txt" 2>&1; grep -qE "20000 succeeded, 0 failed" "$out/h2load.txt" && ok "h2load: 20,000 requests on 50 HTTP/2 connections, none failed" || { tail -12 "$out/h2load.txt"; bad "h2load"; }; alive h2load; }
python3 "$here/../catalog-server/tests/clients/rapid_reset.py" "$address" >"$out/reset.txt" 2>&1
case $? in
  0) ok "HTTP/2 rapid reset: $(cat "$out/reset.txt")"; alive "rapid reset" ;;
  3) echo "SKIPPED: $(cat "$out/reset.txt")" ;;
  *) cat "$out/reset.txt"; bad "HTTP/2 rapid reset" ;;
esac
have slowhttptest "apt-get install slowhttptest" && for mode in "-H" "-B" "-X -w 1 -y 1 -n 5 -z 1"; do
  target=$url/; [ "$mode" = -B ] && target="$url/rest/ping"; case $mode in -X*) target="$url$link" ;; esac
  # Two seconds to connect, ten to be found out. The server's sockets say who is left: the tool itself does not notice.
  # shellcheck disable=SC2086
  slowhttptest $mode -c 300 -r 150 -i 3 -l 14 -u "$target" -o "$out/slow" >"$out/slow.txt" 2>&1 & tool=$!
  sleep 2; begun=$(ss -Htn state established "( sport = :${address##*:} )" | wc -l)
  sleep 10; open=$(ss -Htn state established "( sport = :${address##*:} )" | wc -l)
  wait "$tool" || true
  [ "$begun" -ge 250 ] && [ "$open" -eq 0 ] && ok "slowhttptest $mode: $begun connections after two seconds, none after twelve" || bad "slowhttptest $mode: $begun connections after two seconds, $open after twelve"
  alive "slowhttptest"
done
exit "$failed"
