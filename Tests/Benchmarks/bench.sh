#!/usr/bin/env bash
# Compares imgbatch with other programs, then the resampler and the PNG encoder alone: the tables of the article Performance.
# usage: bench.sh IMGBATCH KERNEL_BENCH
# The pictures go to IMGBATCH_CORPUS (default ~/.cache/imgbatch/corpus), RUNS is 5, PEERS best (or all), SETS all six.
set -euo pipefail
binary=$1 kernel_bench=$2
here=$(cd "$(dirname "$0")" && pwd)
tools=$(cd "$here/../.." && cd .. && pwd)/shared/tools
corpus=${IMGBATCH_CORPUS:-$HOME/.cache/imgbatch/corpus}
if [[ ! -d $tools ]]; then
  echo "bench: $tools is not there; it has corpus.sh (the pictures), peers.sh and bench_peers.py (the peers)" >&2
  exit 69
fi
python3 -c 'import PIL, cv2, pyvips' 2>/dev/null || bash "$tools/peers.sh" >&2
bash "$tools/corpus.sh" "$corpus" >&2
python3 "$here/peers_table.py" "$binary" "$corpus" "$tools/bench_peers.py" --runs "${RUNS:-5}" --peers "${PEERS:-best}" \
  ${SETS:+--sets "$SETS"}
python3 "$here/kernel_bench.py" "$kernel_bench"
echo
python3 "$here/encoder_bench.py" "$binary" "$kernel_bench" "$corpus"
