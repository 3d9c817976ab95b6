#!/usr/bin/env bash
# Damages the samples and decodes them for FUZZ_SECONDS (60), from FUZZ_SEED (the time) on, with the address sanitizer if it is
# available. Then damages JPEGs for as long, and compares JPEGDecoding with libjpeg. A file that ends the program stays in
# fuzz-findings/. It belongs into samples/broken/, together with the fix.
set -euo pipefail
cd "$(dirname "$0")/../.."
export IMGBATCH_DEVELOPER_PROGRAMS=1
seconds=${FUZZ_SECONDS:-60}
seed=${FUZZ_SEED:-$(date +%s)}
say() { printf 'fuzz: %s\n' "$*" >&2; }

build=(swift build -c release --scratch-path .build/fuzz)
products=(decode-fuzz jpeg-differential)
if [ "$(uname)" = Linux ] && "${build[@]}" --product decode-fuzz --sanitize=address >&2; then
  build+=(--sanitize=address)
else
  say 'no address sanitizer here: crashes only'
fi
for product in "${products[@]}"; do "${build[@]}" --product "$product" >&2; done
programs=$("${build[@]}" --show-bin-path)
program=$programs/decode-fuzz

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mapfile -t samples < <(find samples -type f -size +0 | grep -E '\.(jpg|png|webp|gif|bmp|dng|nef|cr2|cr3|arw|orf|rw2|pef|raf)$' | LC_ALL=C sort)
mapfile -t jpegs < <(find samples -type f -name '*.jpg' -size +0 | LC_ALL=C sort)
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export LSAN_OPTIONS=suppressions=$PWD/Tests/Sanitizers/leaks.supp:print_suppressions=0

status=0
"$program" run "$seconds" "$seed" "$scratch" "${samples[@]}" || status=$?
if [ "$status" -eq 0 ]; then
  mkdir -p fuzz-findings
  (cd fuzz-findings && "$programs/jpeg-differential" mutate "$seconds" "$seed" "${jpegs[@]/#/../}") || exit 1
  rmdir --ignore-fail-on-non-empty fuzz-findings
  exit 0
fi
mkdir -p fuzz-findings
for file in "$scratch"/current.*; do
  # The file that was written last is the cause.
  if [ -e "$file" ] && [ -z "$(find "$scratch" -name 'current.*' -newer "$file")" ]; then
    cp "$file" "fuzz-findings/seed-$seed-status-$status.${file##*.}"
    say "ended with $status (142 is a hang) at fuzz-findings/seed-$seed-status-$status.${file##*.}"
    say "try it again: $program try FILE"
  fi
done
exit 1
