#!/usr/bin/env bash
# Sees to it that the hosting tests find nginx and Caddy: those that are installed, else Debian's, unpacked into bin/web. Installed
# by apt, both would be started, and have the ports of this computer.
set -euo pipefail
cd "$(dirname "$0")/../.."
missing=()
for program in nginx caddy; do
  PATH=$PWD/bin/web/usr/sbin:$PWD/bin/web/usr/bin:$PATH:/usr/sbin command -v "$program" >/dev/null || missing+=("$program")
done
[ ${#missing[@]} = 0 ] && exit
if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  echo "no ${missing[*]} here, and no apt: the tests of what is missing are skipped"
  exit
fi
echo "unpacking Debian's ${missing[*]} into bin/web for the hosting tests"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ "$(id -u)" = 0 ]; then
  apt-get update -qq
fi
mkdir -p bin/web
for program in "${missing[@]}"; do
  if (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "$program"); then
    dpkg -x "$folder/$program"_*.deb bin/web
  else
    echo "apt has no $program: its tests are skipped"
  fi
done
