#!/usr/bin/env bash
# Runs each fuzz target for a time, such as 30s: test/fuzz.sh TIME
set -euo pipefail
cd "$(dirname "$0")/.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Go's fuzzer may end with this when its time is over while an input is tried (golang/go#75804): it has
# found nothing then, and is asked again. What it finds it writes down, and says so.
timeOver() { grep -qE '^ +context deadline exceeded$' "$log" && ! grep -q 'Failing input' "$log"; }
for package in ./internal/sdp ./internal/invite ./internal/seal ./internal/chat ./internal/verify ./cmd/tincan; do
  for target in $(go test -list '^Fuzz' "$package" | grep '^Fuzz'); do
    for again in 1 2 3; do
      echo "fuzz $package $target for $1"
      if go test -run '^$' -fuzz "^$target\$" -fuzztime "$1" -fuzzminimizetime 10x "$package" 2>&1 | tee "$log"; then
        break
      fi
      timeOver && [ "$again" -lt 3 ] || exit 1
    done
  done
done
