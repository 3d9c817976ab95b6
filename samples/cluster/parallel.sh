#!/usr/bin/env bash
# usage: parallel.sh HOST[,HOST...] INPUT OUT SHARDS [OPTION...]: shards over ssh on hosts that see INPUT and OUT, then the merge.
# A host may be anything that parallel's --sshlogin takes. What fails on one host is tried on others, five times in all.
set -euo pipefail
hosts=$1 input=$2 out=$3 shards=$4
shift 4
mkdir -p "$out"
parallel --sshlogin "$hosts" --jobs 1 --retries 5 --timeout 86400 --joblog "$out/.parallel.log" --quote \
  imgbatch resize "$input" --out "$out" --shard "{}/$shards" --resume --quiet "$@" \
  ::: $(seq "$shards") || echo "some shards failed; merge says which" >&2
imgbatch merge "$out"
