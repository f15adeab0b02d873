#!/usr/bin/env bash
# Prints the folder of the test vectors of C2SP/wycheproof. They come as a Go module, so that
# they lie in Go's cache and not here; version and checksum say which they are.
set -euo pipefail
version=v0.0.0-20260902155932-3fa63dd0344a
sum=h1:pNbL2nztRsWfW/ispAwsvcDFxs9Id38uIsR2/Up5G2c=
# Not in this module, which has no use for its code.
cd /
found=$(go mod download -json "github.com/c2sp/wycheproof@$version")
if ! grep -qF "\"Sum\": \"$sum\"" <<<"$found"; then
  echo "the vectors are others than those of $version: $found" >&2
  exit 1
fi
echo "$(sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p' <<<"$found")/testvectors_v1"
