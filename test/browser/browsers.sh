#!/usr/bin/env bash
# Sees to it that the tests find these browsers, of chromium and firefox: those that are installed, as
# browsers.mjs finds them; Debian's where we are root and have apt; for Chromium else Playwright's own.
set -euo pipefail
cd "$(dirname "$0")"
missing=()
for browser in "$@"; do
  node -e 'import("./browsers.mjs").then(({ installed }) => process.exit(installed(process.argv[1]) ? 0 : 1))' "$browser" || missing+=("$browser")
done
[ ${#missing[@]} = 0 ] && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  packages=()
  for browser in "${missing[@]}"; do
    case $browser in
      chromium) packages+=(chromium fonts-dejavu-core fonts-noto-color-emoji) ;;
      firefox) packages+=(firefox-esr) ;;
    esac
  done
  echo "installing Debian's ${packages[*]} for the browser tests"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
  exit
fi
for browser in "${missing[@]}"; do
  case $browser in
    chromium) npx --no-install playwright install chromium ;;
    firefox) echo "no Firefox here: its tests will be skipped" ;;
  esac
done
