"""Shared by the fuzzers of whole runs: time, seed, runs of imgbatch, findings."""
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

MODES = ("threads", "serial", "processes")
# Seconds for a run on a few small images, on a busy machine. A run that takes longer hangs.
LIMIT = 120


class Trials:
    """One fuzzer: `python3 NAME.py IMGBATCH SECONDS SEED`. A round depends only on the seed and its number, so that it can be
    repeated with SEED + number, for 0 seconds."""

    def __init__(self, words):
        if len(sys.argv) < 4:
            sys.exit(words)
        self.imgbatch = os.path.abspath(sys.argv[1])
        self.seconds, self.seed = float(sys.argv[2]), int(sys.argv[3])
        self.name = pathlib.Path(sys.argv[0]).stem
        self.rounds = self.tried = self.bad = 0
        self.outcomes = {}

    def run(self, one_round):
        """Calls `one_round(numbers, scratch)` until the time is over, at least once."""
        print(f"{self.name}: seed {self.seed}, {self.seconds:g} s", flush=True)
        end = time.monotonic() + self.seconds
        while self.rounds == 0 or time.monotonic() < end:
            with tempfile.TemporaryDirectory(prefix="imgbatch-fuzz-") as scratch:
                self.scratch = pathlib.Path(scratch)
                one_round(random.Random(self.seed + self.rounds), self.scratch)
            self.rounds += 1
        outcomes = ", ".join(f"{key} {value}" for key, value in sorted(self.outcomes.items(), key=lambda one: -one[1]))
        print(f"{self.name}: {self.tried} inputs in {self.rounds} rounds, {self.bad} findings ({outcomes})", flush=True)
        sys.exit(1 if self.bad else 0)

    def finding(self, words, *paths):
        """Reports what is wrong, and keeps the files that show it."""
        self.bad += 1
        print(f"{self.name}: round {self.rounds} (seed {self.seed + self.rounds}): {words}", flush=True)
        folder = pathlib.Path("fuzz-findings") / f"{self.name}-{self.seed + self.rounds}"
        for path in paths:
            folder.mkdir(parents=True, exist_ok=True)
            if os.path.isdir(path):
                shutil.copytree(path, folder / os.path.basename(path), dirs_exist_ok=True)
            else:
                shutil.copy(path, folder)

    def command(self, *arguments, statuses=(0, 1), input=None, env=None, paths=(), program=None):
        """Runs imgbatch with --json. Returns the status, the file events in order and the text on standard error; None if the run
        hung or died, which is a finding. Checks the totals."""
        command = [program or self.imgbatch, *map(os.fspath, arguments), "--json", "--quiet"]
        try:
            done = subprocess.run(
                command, capture_output=True, timeout=LIMIT, input=input, stdin=None if input is not None else subprocess.DEVNULL,
                env={**os.environ, **env} if env else None)
        except subprocess.TimeoutExpired:
            return self.finding(f"not done in {LIMIT} s: {' '.join(command[1:])}", *paths)
        words = done.stderr.decode(errors="replace")
        if done.returncode not in statuses:
            return self.finding(f"status {done.returncode}: {' '.join(command[1:])}: {words[-400:]}", *paths)
        events = []
        for line in done.stdout.splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                return self.finding(f"no event: {line[:200]!r}", *paths)
        files = [event for event in events if event["event"] == "file"]
        for event in files:
            key = event.get("error", {}).get("code") or event["status"]
            self.outcomes[key] = self.outcomes.get(key, 0) + 1
            if key == "internal" or (key == "worker-crashed" and not program):
                self.finding(f"{' '.join(command[1:])}: {event['source']}: {event['error']}", *paths)
        if done.returncode in (0, 1):
            summary = events[-1]
            ended = summary["written"] + summary["skipped"] + summary["failed"]
            if summary["event"] != "summary" or ended != len(files) or ended + summary["notStarted"] != summary["inputs"]:
                self.finding(f"{' '.join(command[1:])}: {len(files)} events, but {summary}", *paths)
            failed = any(event["status"] == "failed" for event in files)
            if failed != (done.returncode == 1):
                self.finding(f"{' '.join(command[1:])}: status {done.returncode}, but {summary}", *paths)
        return done.returncode, files, words


def verdicts(files):
    """Status, error code and output digest of each source, by the last part of its path."""
    found = {}
    for event in files:
        output = event.get("output")
        is_there = event["status"] == "written" and output and os.path.isfile(output)
        digest = hashlib.sha256(pathlib.Path(output).read_bytes()).hexdigest() if is_there else None
        found[os.path.basename(event["source"])] = (event["status"], event.get("error", {}).get("code"), digest)
    return found


# MARK: - Damage

NUMBERS = (0, 1, 2, 3, 4, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1)


def damaged(data, numbers, most=4, words=()):
    """A copy with a few bytes changed, removed, repeated or inserted."""
    data = bytearray(data)
    for _ in range(numbers.randint(1, most)):
        at = numbers.randrange(len(data) + 1)
        kind = numbers.randrange(8)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << numbers.randrange(8)
        elif kind == 1 and data:
            data[at % len(data)] = numbers.randrange(256)
        elif kind == 2:
            del data[at:at + int(len(data) ** numbers.random())]
        elif kind == 3:
            length = int(max(1, len(data)) ** numbers.random())
            data[at:at] = data[at:at + length] * numbers.randint(1, 3)
        elif kind == 4:
            value, size = numbers.choice(NUMBERS), numbers.choice((1, 2, 4))
            data[at:at + size] = (value % 256 ** size).to_bytes(size, numbers.choice(("big", "little")))
        elif kind == 5 and words:
            data[at:at] = numbers.choice(words)
        elif kind == 6 and words:
            word = numbers.choice(words)
            place = data.find(word)
            if place >= 0:
                data[place:place + len(word)] = numbers.choice(words)
        else:
            del data[at:]
    return bytes(data)
