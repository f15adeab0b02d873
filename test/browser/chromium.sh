#!/usr/bin/env bash
# Sees to it that there is a Chromium for the tests: one that is installed
# already, Debian's where we are root and have apt, else Playwright's own.
set -euo pipefail
cd "$(dirname "$0")"
if command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ]; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Debian's chromium for the browser tests"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core fonts-noto-color-emoji >/dev/null
else
  npx --no-install playwright install chromium
fi
