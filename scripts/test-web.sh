#!/usr/bin/env bash
# The web page in a real browser, over the short demo's store. Installs Chromium where it may.
set -euo pipefail
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  if command -v apt-get >/dev/null && [ "$(id -u)" -eq 0 ]; then
    echo "Installing chromium …" >&2
    apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >&2
  else
    echo "SKIPPED: Chromium is not installed. fix: sudo apt-get install chromium" >&2
    exit 0
  fi
fi
if ! command -v npm >/dev/null; then
  echo "SKIPPED: npm is not installed. fix: sudo apt-get install nodejs npm" >&2
  exit 0
fi
base=$WORK/check
if [ ! -f "$base/store/CURRENT" ]; then
  "$(dirname "$0")/demo.sh" check >&2
fi
token() { "$BIN/backline" --store "$base/store" datasets token --secret-file "$base/secret" --create --listener 7 "$@"; }
TOKEN=$(token --country DE --tier premium)
TOKEN_BLOCKED=$(token --country US --tier premium)
"$BIN/catalog-server" --store "$base/store" --secret-file "$base/secret" --listen 127.0.0.1:0 >"$base/web.out" 2>"$base/web.log" &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true' EXIT
for _ in $(seq 200); do
  BASE_URL=$(sed -n 's/.*listens on \(http:[^ ]*\).*/\1/p' "$base/web.out" | head -1)
  [ -n "$BASE_URL" ] && curl -sf "$BASE_URL/readyz" >/dev/null && break
  sleep 0.1
done
SHOTS=$(cd "$base" && pwd)/screenshots
export BASE_URL TOKEN TOKEN_BLOCKED SHOTS
echo "screenshots: $SHOTS"
"$(dirname "$0")/../catalog-server/tests/web/run.sh"
