#!/usr/bin/env python3
"""usage: ray_shards.py INPUT OUT SHARDS [OPTION...]: shards as Ray tasks on the nodes that see INPUT and OUT, then the merge."""
import subprocess
import sys

import ray

source, out, shards, options = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4:]


@ray.remote(num_cpus=1, max_retries=4)
def shard(index):
    command = ["imgbatch", "resize", source, "--out", out, "--shard", f"{index}/{shards}", "--resume", "--jobs", "1"]
    return subprocess.run(command + options).returncode


ray.init()
print(ray.get([shard.remote(index) for index in range(1, shards + 1)]))
sys.exit(subprocess.run(["imgbatch", "merge", out]).returncode)
