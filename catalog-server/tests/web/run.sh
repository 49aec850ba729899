#!/bin/sh
# Drives the page in Chromium: BASE_URL=… TOKEN=… [TOKEN_BLOCKED=…] run.sh
# Exit codes: 0 all true, 1 something is not, 2 it could not run.
set -eu
cd "$(dirname "$0")"
CHROMIUM=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$CHROMIUM" ]; then
    echo "run.sh: no Chromium is installed" >&2
    echo "fix: apt-get install chromium, or name one in CHROMIUM" >&2
    exit 2
fi
export CHROMIUM
[ -d node_modules/playwright-core ] || npm ci --silent --no-audit --no-fund
exec node page.test.js
