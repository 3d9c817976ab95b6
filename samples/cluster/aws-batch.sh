#!/usr/bin/env bash
# usage: aws-batch.sh QUEUE DEFINITION INPUT OUT SHARDS: an array job and a merge that depends on it. DEFINITION is a job
# definition with the image of samples/cluster/Containerfile and a file system (EFS) where INPUT and OUT lie. AWS_BATCH_JOB_ARRAY_INDEX
# counts from 0; auto/N knows that. An array has 2 to 10,000 children.
set -euo pipefail
queue=$1 definition=$2 input=$3 out=$4 shards=$5
command() { printf '"%s",' "$@" | sed 's/^/{"command":[/; s/,$/]}/'; }
array=$(aws batch submit-job --job-name imgbatch --job-queue "$queue" --job-definition "$definition" \
  --array-properties "size=$shards" --retry-strategy attempts=5 \
  --container-overrides "$(command resize "$input" --out "$out" --shard "auto/$shards" --resume)" \
  --query jobId --output text)
aws batch submit-job --job-name imgbatch-merge --job-queue "$queue" --job-definition "$definition" \
  --depends-on "jobId=$array" --container-overrides "$(command merge "$out")" --query jobId --output text
