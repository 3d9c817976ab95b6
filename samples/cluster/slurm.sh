#!/usr/bin/env bash
# usage: slurm.sh INPUT OUT SHARDS [OPTION...]: thumbnails by an array of Slurm tasks, then the merge. Prints both job ids.
# One shard again: sbatch --array=3 shard.sbatch INPUT OUT SHARDS [OPTION...]. INPUT and OUT lie on a shared file system.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
input=$1 out=$2 shards=$3
shift 3
mkdir -p "$out"
array=$(sbatch --parsable --array="1-$shards" "$here/shard.sbatch" "$input" "$out" "$shards" "$@")
# Also after failures: merge tells what they were.
merge=$(sbatch --parsable --dependency="afterany:$array" "$here/merge.sbatch" "$out")
echo "$array $merge"
