#!/usr/bin/env python3
"""Measures the thumbnail server on loopback: load.py THUMBNAIL_SERVER [FOLDER]

FOLDER has images, and nothing else; otherwise the samples are taken. First wrk asks for thumbnails of all of them from 1, 8 and
64 connections. Then 64 clients make 100,000 requests, with hostile files among them, and each answer is compared with the one
that the same request got when it was alone.
"""
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile

from server import PATIENCE, Server, address

SAMPLES = pathlib.Path(__file__).resolve().parents[2]
CONNECTIONS, ROUNDS, SECONDS = (1, 8, 64), 3, 10
CLIENTS = 64
# Clients come and go: each makes 100 requests on one connection. Memory is looked at after each step.
STEPS, CLIENTS_OF_STEP, REQUESTS_OF_CLIENT = 4, 250, 100
SIZE = {"w": 256, "h": 256, "format": "jpeg"}

# wrk sends the addresses of a file in turn, whatever the connection.
SCRIPT = """
local paths, next_path = {}, 0
for line in io.lines(os.getenv("ADDRESSES")) do paths[#paths + 1] = line end
function request()
  next_path = next_path % #paths + 1
  return wrk.format("GET", paths[next_path])
end
function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"rate": %f, "median": %f, "p99": %f, "failed": %d}', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status))
end
"""


def measure(program, folder, addresses, script):
    """A row of the table for each number of connections: medians of the rounds, and failures of all."""
    rows = {count: [] for count in CONNECTIONS}
    for _ in range(ROUNDS):
        for count in CONNECTIONS:
            with Server(program, folder) as server:
                command = ["wrk", "-t1", f"-c{count}", f"-d{SECONDS}s", "-s", script, f"http://127.0.0.1:{server.port}"]
                result = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "ADDRESSES": addresses})
                rows[count].append(json.loads(result.stdout.splitlines()[-1]))
    print("| clients | requests/s | median, ms | 99 %, ms | failed |\n| ---: | ---: | ---: | ---: | ---: |")
    for count, rounds in rows.items():
        rate, median, p99 = (statistics.median(row[key] for row in rounds) for key in ("rate", "median", "p99"))
        print(f"| {count} | {rate:.0f} | {median:.1f} | {p99:.1f} | {sum(row['failed'] for row in rounds)} |", flush=True)


class Client:
    """Makes requests, and compares each answer with the one that is known."""

    def __init__(self, server, known, hostile):
        self.server, self.known, self.hostile = server, known, hostile
        self.fair = sorted(known.keys() - set(hostile))

    def run(self, seed):
        """How many answers on one connection were as known, how many were not, and how many were not waited for."""
        chance, seen = random.Random(seed), collections.Counter()
        with contextlib.closing(self.server.connection()) as connection:
            for _ in range(REQUESTS_OF_CLIENT):
                kind = chance.random()
                path = chance.choice(self.hostile if kind < 0.1 else self.fair)
                if kind > 0.99:
                    self.leave(path)
                    seen["left"] += 1
                else:
                    answer = self.server.get(path, connection=connection)
                    seen["as known" if outcome(answer) == self.known[path] else "different"] += 1
        return seen

    def leave(self, path):
        """Asks, and goes without waiting."""
        with socket.create_connection(("127.0.0.1", self.server.port), PATIENCE) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())


def outcome(answer):
    return answer.status, answer.body if answer.status == 200 else json.loads(answer.body)


def endure(program, folder, fair, hostile):
    """Many requests; whether all got the right answer. Prints memory and threads meanwhile, and the sums of the answers."""
    with Server(program, folder) as server:
        known = {path: outcome(server.get(path)) for path in fair + hostile}
        client = Client(server, known, hostile)
        before, seen = responses(server.metrics()), collections.Counter()
        for step in range(STEPS + 1):
            print(f"after {sum(seen.values())} requests: {server.status('VmRSS') / 1000:.0f} MB resident, "
                  f"{server.status('Threads')} threads", flush=True)
            if step < STEPS:
                with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
                    for counts in pool.map(client.run, range(step * CLIENTS_OF_STEP, (step + 1) * CLIENTS_OF_STEP)):
                        seen += counts
        total = sum(seen.values()) + sum(before.values())
        # Those that were not waited for may still be in work.
        metrics = server.until(lambda metrics: sum(responses(metrics).values()) == total)
        answered = responses(metrics) - before
        print(f"answers: {dict(seen)}; by status: {dict(sorted(answered.items()))}")
        print(f"lost: {sum(seen.values()) - sum(answered.values())}; exit status after SIGTERM: {server.end()}")
        return seen["different"] == 0 and sum(answered.values()) == sum(seen.values()) and server.process.returncode == 0


def responses(metrics):
    """The count of each status."""
    return collections.Counter(
        {name.split('"')[1]: int(value) for name, value in metrics.items() if name.startswith("thumbnail_responses_total")})


def main():
    program = sys.argv[1]
    images = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else SAMPLES / "dogs")
    if not shutil.which("wrk"):
        sys.exit("load.py: install wrk (apt-get install wrk), then call it again")
    with tempfile.TemporaryDirectory() as root:
        folder = pathlib.Path(root) / "images"
        shutil.copytree(images, folder / "fair")
        for name in ("broken", "formats"):
            shutil.copytree(SAMPLES / name, folder / name)
        paths = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        fair = [address(path, **SIZE) for path in paths if path.parts[0] == "fair"]
        hostile = [address(path, **SIZE) for path in paths if path.parts[0] != "fair"]
        hostile += [address(path, w=100) for path in ("../outside.jpg", "/etc/passwd", "missing.jpg", "fair", "x" * 5000)]
        hostile += [address(paths[0], w=100_000), address(paths[0], w=100, format="exe"), "/thumb", "/thumb?%00&&=&src=%ff"]
        addresses, script = f"{root}/addresses", f"{root}/load.lua"
        pathlib.Path(addresses).write_text("\n".join(fair) + "\n")
        pathlib.Path(script).write_text(SCRIPT)
        measure(program, folder, addresses, script)
        sys.exit(0 if endure(program, folder, fair, hostile) else 1)


if __name__ == "__main__":
    main()
