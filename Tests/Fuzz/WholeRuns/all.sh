#!/usr/bin/env bash
# Runs each fuzzer of whole runs for SECONDS seconds, two at a time: all.sh IMGBATCH SECONDS SEED. Files that show a fault stay in
# fuzz-findings/.
set -uo pipefail
imgbatch=$(realpath "$1") seconds=$2 seed=$3
cd "$(dirname "$0")/../../.."
run() {
  local status=0
  for name in "$@"; do python3 "Tests/Fuzz/WholeRuns/$name.py" "$imgbatch" "$seconds" "$seed" || status=1; done
  return "$status"
}
run metadata journals protocol &
others=$!
status=0
run lists answers || status=1
wait "$others" || status=1
exit "$status"
