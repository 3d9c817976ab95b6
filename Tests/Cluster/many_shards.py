#!/usr/bin/env python3
"""Many small files in 16 shards, two at a time, beside one run of all: nothing lost, flat memory, the same throughput.

usage: many_shards.py IMGBATCH [PICTURES]. The files are hard links to the JPEGs in PICTURES (samples/dogs), 200,000 of them
or SHARDED_FILES, in /dev/shm (PLACE elsewhere);
6 GB are needed there. Memory is flat, nothing is lost, or it fails; throughput is told, and means something on a quiet machine."""
import os
import resource
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
IMGBATCH = os.path.abspath(sys.argv[1])
PICTURES = sys.argv[2] if len(sys.argv) > 2 else os.path.join(ROOT, "samples", "dogs")
COUNT = int(os.environ.get("SHARDED_FILES", "200000"))
SHARDS, AT_ONCE = 16, 2


def expect(condition, words):
    if not condition:
        sys.exit(f"FAIL {words}")


def links(place):
    """Hard links, a thousand a folder."""
    names = sorted(name for name in os.listdir(PICTURES) if name.endswith((".jpg", ".jpeg")))
    seeds = os.path.join(place, "seeds")
    subprocess.run(["cp", "-rL", PICTURES, seeds], check=True)
    for number in range(COUNT):
        folder = os.path.join(place, "in", f"{number // 1000:04d}")
        if number % 1000 == 0:
            os.makedirs(folder)
        os.link(os.path.join(seeds, names[number % len(names)]), os.path.join(folder, f"{number:07d}.jpg"))


class Run:
    """A running imgbatch whose memory is looked at."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([IMGBATCH, "resize", *arguments, "--quiet"])
        self.resident = []
        self.began = time.monotonic()

    def look(self):
        """Whether it has ended."""
        try:
            with open(f"/proc/{self.process.pid}/status") as status:
                self.resident.append(next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")))
        except (OSError, StopIteration):
            pass
        return self.process.poll() is not None

    def growth(self):
        """From the second to the last quarter of its life, in kB."""
        quarter = max(1, len(self.resident) // 4)
        return max(self.resident[-quarter:]) - max(self.resident[quarter:2 * quarter] or [0])


def processor():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def carried_out(runs, at_once):
    """Starts each of the runs when there is room; gives them back with seconds of the clock and of processors."""
    waiting, running, ended = list(runs), [], []
    began, used = time.monotonic(), processor()
    while waiting or running:
        while waiting and len(running) < at_once:
            running.append(Run(*waiting.pop(0)))
        time.sleep(0.05)
        for run in [run for run in running if run.look()]:
            expect(run.process.returncode == 0, f"{run.process.args} ended with {run.process.returncode}")
            running.remove(run)
            ended.append(run)
    return ended, time.monotonic() - began, processor() - used


def main():
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory(dir=os.environ.get("PLACE", "/dev/shm"), prefix="imgbatch-shards-") as place:
        links(place)
        source, whole, shared = (os.path.join(place, name) for name in ("in", "whole", "shared"))
        [one], seconds, used = carried_out([[source, "--out", whole, "--jobs", str(cores)]], 1)
        print(f"one run: {seconds:.1f} s, {used:.1f} s of CPU, {COUNT / seconds:.0f} pictures/s, "
              f"at most {max(one.resident)} kB", flush=True)
        parts = [[source, "--out", shared, "--shard", f"{number}/{SHARDS}", "--jobs", str(max(1, cores // AT_ONCE))]
                 for number in range(1, SHARDS + 1)]
        shards, shard_seconds, shard_used = carried_out(parts, AT_ONCE)
        print(f"{SHARDS} shards, {AT_ONCE} at a time: {shard_seconds:.1f} s, {shard_used:.1f} s of CPU, "
              f"{COUNT / shard_seconds:.0f} pictures/s, at most {max(max(run.resident) for run in shards)} kB each", flush=True)
        merged = subprocess.run([IMGBATCH, "merge", shared], capture_output=True, text=True)
        print(merged.stderr.strip().splitlines()[-1])
        expect(merged.returncode == 0 and f"{COUNT} written" in merged.stderr, "the merge is not whole")
        same = subprocess.run(["diff", "-rq", "-x", ".imgbatch-*", whole, shared], capture_output=True, text=True)
        expect(same.returncode == 0, f"the trees differ: {same.stdout[:300]}")
        files = sum(len(names) for folder, _, names in os.walk(shared) if folder != shared)
        expect(files == COUNT, f"{files} of {COUNT} files")
        growth = max(run.growth() for run in [one, *shards])
        print(f"the same {files} files; memory grew by at most {growth} kB in the last quarter of a run")
        expect(growth < 2048, "memory is not flat")
        print(f"throughput of the shards: {100 * seconds / shard_seconds:.1f} % of one run's; by CPU {100 * used / shard_used:.1f} %")


if __name__ == "__main__":
    main()
