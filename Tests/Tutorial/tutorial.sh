#!/usr/bin/env bash
# Follows the tutorial of the library literally: tutorial.sh IMGBATCH. The dependency is a clone of the last commit, with the tag
# of a version, by its URL. PHOTO is the image (default: a sample); its thumbnail must have the bytes that IMGBATCH writes.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
imgbatch=$(realpath "$1")
photo=$(realpath "${PHOTO:-$root/samples/dogs/rex.jpg}")
article=$root/Sources/Thumbnails/Documentation.docc/FirstThumbnail.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'tutorial: %s\n' "$*" >&2; exit 1; }

# block LANGUAGE N: the Nth block of code.
block() { awk -v start="\`\`\`$1" -v wanted="$2" '$0 == start { n++; on = n == wanted; next } /^```/ { on = 0 } on' "$article"; }
# A block that moved would make the rest meaningless.
expect() { grep -qF -- "$2" <<<"$1" || fail "the tutorial has no block with $2 where it is expected"; }

version=$(block swift 1 | sed -n 's/.*from: "\([0-9.]*\)".*/\1/p')
git clone -q --bare "file://$root" "$work/imgbatch"
git -C "$work/imgbatch" tag -f "$version" >/dev/null

cd "$work"
make=$(block sh 2) manifest=$(block swift 1) program=$(block swift 2) run=$(block sh 3)
expect "$make" 'swift package init'
expect "$manifest" IMGBATCH_ADDRESS
expect "$program" '@main'
expect "$run" 'swift run first photo.jpg'
eval "$make" >/dev/null
[ -e Sources/first/first.swift ] || fail 'swift package init makes no Sources/first/first.swift'
printf '%s\n' "${manifest/IMGBATCH_ADDRESS/file://$work/imgbatch}" >Package.swift
printf '%s\n' "$program" >Sources/first/first.swift
cp "$photo" photo.jpg

check() {
  rm -f thumbnail.*
  eval "$1" >output 2>log || { tail -20 log >&2; fail "$1"; }
  grep '^thumbnail\.' output
  "$imgbatch" resize photo.jpg --size 256 --out expected --existing overwrite --quiet
  cmp thumbnail.* expected/photo.* || fail "$1 makes other bytes than imgbatch"
}
check "$run"
packages=$(sed -n 's/.*"identity" : "\(.*\)",/\1/p' Package.resolved | sort | paste -sd ' ')
echo "packages: $packages"
[ "$packages" = 'imgbatch swift-system' ] || fail 'users of the library resolve more packages than they need'

# Debug builds optimize what handles pixels. The first run has built it.
seconds() { local start=$EPOCHREALTIME; "$1" photo.jpg >/dev/null; awk "BEGIN { print $EPOCHREALTIME - $start }"; }
echo "debug: $(seconds .build/debug/first) s for $("$imgbatch" info photo.jpg | grep -o '[0-9]*x[0-9]*' | head -1)"
check "${run/swift run/swift run -c release}"
echo "release: $(seconds .build/release/first) s"
