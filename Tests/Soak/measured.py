"""Runs of imgbatch that are watched: memory of the process tree, and when each event came."""
import json
import os
import subprocess
import threading
import time


def family(process):
    """A process and all below it."""
    found = [process]
    try:
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children") as file:
                for child in file.read().split():
                    found += family(int(child))
    except OSError:
        pass
    return found


def proportional(process):
    """KiB of a process, each shared page divided by how many share it (PSS)."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("Pss:")), 0)
    except (OSError, ValueError):
        return 0


class Run:
    """What a command did: `status`, `events` as (seconds since the start, object), `words` on standard error, `seconds`, and
    `peak`, the most KiB of all its processes together. `status` is None where it did not end within `limit` seconds."""

    def __init__(self, command, limit=600, interval=0.02):
        began = time.monotonic()
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.events, self.peak, words = [], 0, []

        def listen():
            for line in child.stdout:
                self.events.append((time.monotonic() - began, json.loads(line)))

        readers = [threading.Thread(target=listen), threading.Thread(target=lambda: words.append(child.stderr.read()))]
        for reader in readers:
            reader.start()
        self.status = None
        while time.monotonic() - began < limit:
            self.peak = max(self.peak, sum(proportional(process) for process in family(child.pid)))
            try:
                self.status = child.wait(interval)
                break
            except subprocess.TimeoutExpired:
                pass
        if self.status is None:
            child.kill()
            child.wait()
        self.seconds = time.monotonic() - began
        for reader in readers:
            reader.join()
        self.words = b"".join(words).decode(errors="replace")

    @property
    def files(self):
        """The events of files by their source's last part."""
        return {os.path.basename(event["source"]): event for _, event in self.events if event.get("event") == "file"}

    @property
    def gaps(self):
        """Seconds from one event of a file to the next, by source: with one worker, what each image took."""
        last, found = None, {}
        for moment, event in self.events:
            if event.get("event") == "file":
                found[os.path.basename(event["source"])] = moment - (last if last is not None else moment)
            last = moment
        return found
