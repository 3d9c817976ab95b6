#!/usr/bin/env python3
"""usage: ray_shards.py INPUT OUT SHARDS [OPTION...]: shards as Ray tasks on the nodes that see INPUT and OUT, then the merge."""
import subprocess
import sys

import ray

source, out, shards, options = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]


@ray.remote(num_cpus=1, max_retries=4, retry_exceptions=True)
def shard(index):
    # It goes with the worker that runs it: the next try would be kept out as long as it held the shard's lock.
    command = ["setpriv", "--pdeathsig", "KILL", "imgbatch", "resize", source, "--out", out, "--shard", f"{index}/{shards}"]
    status = subprocess.run(command + ["--resume", "--jobs", "1", *options]).returncode
    if status not in (0, 1):
        raise RuntimeError(f"shard {index} ended with {status}")
    return status


ray.init()
print(ray.get([shard.remote(index) for index in range(1, shards + 1)]))
sys.exit(subprocess.run(["imgbatch", "merge", out]).returncode)
