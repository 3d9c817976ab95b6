#!/usr/bin/env bash
# Builds what the soak needs and runs it: soak.sh [PROMISE...]. What needs root (a full disk, other users) says so where it is not.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift build -c release --static-swift-stdlib >&2
folder=$(swift build -c release --static-swift-stdlib --show-bin-path)
exec python3 Tests/Soak/soak.py "$folder/imgbatch" "$folder/decode-fuzz" "$@"
