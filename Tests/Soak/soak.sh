#!/usr/bin/env bash
# Builds what the soak needs and runs it: soak.sh [PROMISE...]; without promises, then small files that cost much (limits.py),
# 10,000 extreme shapes (shapes.py) and what a worker that was taken over can do (sandbox.sh). What needs root (a full disk, other
# users) says so where it is not.
set -euo pipefail
cd "$(dirname "$0")/../.."
export IMGBATCH_DEVELOPER_PROGRAMS=1
swift build -c release --static-swift-stdlib >&2
folder=$(swift build -c release --static-swift-stdlib --show-bin-path)
status=0
python3 Tests/Soak/soak.py "$folder/imgbatch" "$folder/decode-fuzz" "$@" || status=1
[ $# -eq 0 ] || exit "$status"
python3 Tests/Soak/limits.py "$folder/imgbatch" || status=1
python3 Tests/Soak/shapes.py "$folder/imgbatch" || status=1
Tests/Soak/sandbox.sh || status=1
exit "$status"
