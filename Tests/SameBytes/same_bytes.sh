#!/usr/bin/env bash
# same_bytes.sh OLD NEW FOLDER...: make the images below the folders in 20 option sets with two builds of imgbatch, and
# compare exit codes, events and every byte of the outputs. Prints a line for each set; exit 1 if anything differs.
set -u
if [ $# -lt 3 ]; then
  sed -n '2,3s/^# //p' "$0" >&2
  exit 64
fi
old=$(realpath "$1") new=$(realpath "$2")
shift 2
folders=("$@")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

sets=(
  "resize"
  "resize --mode serial --size 100x80 --fit fill"
  "resize --mode processes --size 320 --format png"
  "resize --size 64x64 --fit cover --gravity entropy"
  "resize --size 200x200 --fit contain --background #4080c0"
  "resize --size 50% --filter catmull-rom"
  "resize --size 1600 --upscale --filter triangle"
  "resize --size 37x53 --fit cover --gravity northwest --filter box"
  "resize --size 300 --linear"
  "resize --size 300 --linear --icc srgb --format jpeg"
  "resize --size 240 --icc keep --metadata keep"
  "resize --size 240 --icc srgb --metadata keep --format png"
  "resize --size 256 --quality 60 --subsampling 444 --shrink fast"
  "resize --size 256 --quality 95 --progressive --subsampling 420 --shrink off"
  "resize --size 128 --format png --png-level 9"
  "resize --size 128 --fit outside --format png --png-level 1 --no-orient"
  "resize --size 64 --size 128 --size 256x128 --filter mitchell"
  "resize --size 256 --decoder libjpeg --fail-on warning"
  "grayscale --size 256 --gray-as luma709"
  "grayscale --format png --size 200x200 --fit cover"
)

# Where the format changes, sources of the other format: two that differ in their suffix alone would have one output.
sources() { # options...
  case "$*" in
    *'--format jpeg'*) find "${folders[@]}" -iname '*.png' -print0 ;;
    *'--format png'*) find "${folders[@]}" -iname '*.jp*g' -print0 ;;
    *) find "${folders[@]}" -type f -print0 ;;
  esac | sort -z
}

# Makes the outputs in a folder, and beside it the events of the files without their times, and the exit status.
run() { # program folder options...
  local program=$1 out=$2
  shift 2
  sources "$@" | "$program" "$@" --files-from - --null --out "$out" --no-journal --json --color never --progress never 2>/dev/null |
    grep '"event":"file"' | sed -E 's/,"seconds":\{[^}]*\}//' | sort >"$out.events"
  echo "${PIPESTATUS[1]}" >"$out.status"
}

failed=0
for index in "${!sets[@]}"; do
  read -ra options <<<"${sets[index]}"
  a=$work/old b=$work/new
  run "$old" "$a" "${options[@]}"
  run "$new" "$b" "${options[@]}"
  sed -i "s#$a#OUT#g" "$a.events"
  sed -i "s#$b#OUT#g" "$b.events"
  count=$(find "$a" -type f ! -name '.imgbatch*' | wc -l)
  if diff -rq -x '.imgbatch*' "$a" "$b" >"$work/diff" && diff "$a.events" "$b.events" >>"$work/diff" &&
    diff -q "$a.status" "$b.status" >>"$work/diff"; then
    verdict=same
  else
    verdict=DIFFERENT failed=1
  fi
  printf '%2d %-9s %5d files, %3d failures, status %s: %s\n' $((index + 1)) "$verdict" "$count" \
    "$(grep -c '"status":"failed"' "$a.events")" "$(cat "$a.status")" "${sets[index]}"
  [ "$verdict" = same ] || head -5 "$work/diff"
  rm -rf "$a" "$b"
done
exit $failed
