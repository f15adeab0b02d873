#!/usr/bin/env bash
# Applies one mutant after the other to a copy of the code and runs the tests
# over it. Each must fail a test; the first that does is printed. A patch that
# does not apply, or code that does not compile, is no kill but a failure of
# this script: then the mutant is not what it says any more.
#
#   test/mutants/run.sh            all of them
#   test/mutants/run.sh commit     those with this in their name
#
# The tests of properties come first: what they miss and only the fixed bytes
# of vectors catch is marked so.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/test/mutants
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
copy=$work/copy
mkdir -p "$copy/test" "$copy/site"
cp "$root"/go.mod "$root"/go.sum "$root"/PROTOCOL.md "$copy"
cp -r "$root"/internal "$root"/relay "$root"/cmd "$copy"
cp "$root"/site/embed.go "$root"/site/headers.json "$root"/site/dist.txt "$copy/site"
mkdir "$copy/site/dist"
echo '<!doctype html>' >"$copy/site/dist/index.html" # what the page is makes no difference
cp -r "$root"/test/architecture "$copy/test"
cp -r "$copy" "$work/true" # somebody may be working in the tree meanwhile
cd "$copy"
unset TINCAN_VECTORS # the mutants must die by what is in the repository

# Tests of seal that compare with bytes made before.
fixed='^(TestIntegrationVectors|TestIntegrationProtocolExample|TestUnitFuzzCorpus|Fuzz.*|Example.*)$'

# first_failure FLAGS… prints the first test that fails, or nothing.
first_failure() {
	go test -count=1 -failfast -timeout 5m "$@" 2>&1 |
		sed -n -E 's/^ *--- FAIL: ([^ ]+).*/\1/p; s/^panic: (.*)/panic: \1/p' | head -1 || true
}

# killer PACKAGE… prints what kills the mutant that is in place: first the
# quick tests, in chat those that need no network, then all.
killer() {
	local by
	case "$*" in
	./internal/seal) by=$(first_failure -short -skip "$fixed" "$@") ;;
	*) by=$(first_failure -short -run '^TestUnit|^TestIntegrationVectors$|EveryOrder$' "$@") ;;
	esac
	if [ -z "$by" ] && [ "$*" = ./internal/seal ]; then
		by=$(first_failure -run "$fixed" "$@")
		by=${by:+$by, by fixed bytes}
	fi
	if [ -z "$by" ]; then by=$(first_failure "$@"); fi
	echo "$by"
}

# What every mutant differs from must pass, or nothing below means anything.
if ! {
	go test -short -count=1 ./internal/... ./relay ./cmd/tincan &&
		go test -count=1 -run TestUnitConstantTime ./test/architecture
} >"$work/log" 2>&1; then
	cat "$work/log"
	echo "the code itself fails its tests"
	exit 1
fi

total=0 killed=0 wrong=0
for patch in "$here"/*"${1:-}"*.patch; do
	name=$(basename "$patch" .patch)
	total=$((total + 1))
	files=$(sed -n 's/^+++ b\///p' "$patch")
	if ! patch -p1 -s -F1 --no-backup-if-mismatch <"$patch" >/dev/null; then
		echo "$name: DOES NOT APPLY"
		wrong=$((wrong + 1))
	else
		packages=$(sed -n 's/^Package: //p' "$patch")
		packages=${packages:-$(for f in $files; do echo "./$(dirname "$f")"; done | sort -u)}
		only=$(sed -n 's/^Test: /-run=/p' "$patch")
		# shellcheck disable=SC2086 # packages and only are words of a command
		if ! go vet $packages >/dev/null 2>&1 && ! go test -run '^$' $packages >/dev/null 2>&1; then
			echo "$name: DOES NOT COMPILE"
			wrong=$((wrong + 1))
		else
			# shellcheck disable=SC2086
			by=$(if [ -n "$only" ]; then first_failure "$only" $packages; else killer $packages; fi)
			if [ -n "$by" ]; then
				killed=$((killed + 1))
				printf '%-32s killed by %s\n' "$name" "$by"
			else
				echo "$name: SURVIVED"
			fi
		fi
	fi
	for f in $files; do cp "$work/true/$f" "$copy/$f"; done
done
echo "$total mutants, $killed killed"
[ "$total" -gt 0 ] && [ "$killed" -eq "$total" ] && [ "$wrong" -eq 0 ]
