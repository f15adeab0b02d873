#!/usr/bin/env bash
# Builds the release of the commit that is checked out twice, from fresh clones in two folders, with another umask, time
# zone and language, and without what Go has kept of the first. Fails where a byte of what comes out differs.
#
#   test/reproducible.sh [OUT] [make's arguments, such as RELEASED=linux-amd64]
#
# OUT is a folder for the second build, where it is to be kept.
set -euo pipefail
cd "$(dirname "$0")/.."
repository=$PWD
commit=$(git rev-parse HEAD)
git diff --quiet HEAD || echo "reproducible: what is not committed is not built" >&2
out=
if [ $# -gt 0 ] && [[ $1 != *=* ]]; then
  mkdir -p "$1" && out=$(cd "$1" && pwd)
  shift
fi
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT

build() {
  local folder=$work/$1 began=$SECONDS
  umask "$2"
  mkdir -p "$(dirname "$folder")"
  git clone --quiet "$repository" "$folder"
  git -C "$folder" checkout --quiet --detach "$commit"
  # A make that has started this script has told it its version and its time, which are not those of the clone.
  env -u MAKEFLAGS -u MAKELEVEL -u VERSION -u SOURCE_DATE_EPOCH TZ="$3" LC_ALL="$4" make --no-print-directory -C "$folder" release "${@:5}"
  echo "reproducible: $folder, umask $2, TZ $3, LC_ALL $4: $((SECONDS - began)) s"
}

go version
node --version
language=$(locale -a 2>/dev/null | grep -Ev '^(C|POSIX)' | head -n 1 || true)
(build a 022 UTC C "$@")
(build 'another/folder/of/another/length' 077 Pacific/Kiritimati "${language:-C.UTF-8}" GOCACHE="$work/cache" "$@")
one=$work/a/bin/release other=$work/another/folder/of/another/length/bin/release
test "$(find "$one" -type f | wc -l)" -gt 2
for folder in "$one" "$other"; do
  echo "$folder/SHA256SUMS:"
  cat "$folder/SHA256SUMS"
  (cd "$folder" && sha256sum --check --quiet SHA256SUMS)
done
diff -r "$one" "$other"
test -z "$out" || cp "$other"/* "$out/"
echo "reproducible: both builds are the same bytes"
