#!/usr/bin/env bash
# Builds imgbatch without each trait of the package, and compares its outputs with those of all traits: traits.sh IMGBATCH.
# Debug builds in .build/traits, some minutes the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."
imgbatch=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'traits: %s\n' "$*" >&2; exit 1; }

inputs=(samples)
if [ -d ../shared/corpus ]; then inputs+=(../shared/corpus); else echo 'traits: SKIPPED ../shared/corpus, which is not there'; fi

# outputs IMGBATCH FOLDER: outputs of several options. Damaged samples fail, with status 1.
outputs() {
  local options number=0
  for options in '--size 64' '--size 200x200 --fit cover' '--size 300 --gray' '--size 300 --format png --name {name}.{ext}'; do
    number=$((number + 1))
    # shellcheck disable=SC2086
    "$1" resize "${inputs[@]}" --out "$2/$number" $options --quiet >/dev/null 2>&1 || [ $? -eq 1 ] ||
      fail "$1 resize $options: status $?"
    find "$2/$number" -name '.imgbatch-*' -delete
  done
}
outputs "$imgbatch" "$work/all"

for traits in Program,WebP OwnCodecs,Program Program; do
  swift build --traits "$traits" --scratch-path .build/traits >"$work/log" 2>&1 || { tail -20 "$work/log" >&2; fail "$traits does not build"; }
  outputs .build/traits/debug/imgbatch "$work/$traits"
  # Without WebP, its samples are not read.
  (cd "$work/$traits" && find . -type f) | sort >"$work/names"
  (cd "$work/all" && find . -type f) | { if [[ $traits == *WebP* ]]; then cat; else grep -v '\.webp'; fi; } | sort |
    diff - "$work/names" >&2 || fail "$traits writes other files"
  differing=0
  while read -r name; do cmp -s "$work/all/$name" "$work/$traits/$name" || { echo "$name" >&2; differing=$((differing + 1)); }; done <"$work/names"
  echo "--traits $traits: $(wc -l <"$work/names") outputs, $differing differ"
  [ "$differing" -eq 0 ] || fail 'outputs differ'
done
