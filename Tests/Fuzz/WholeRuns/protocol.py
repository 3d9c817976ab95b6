#!/usr/bin/env python3
"""The messages between a run and its worker processes, damaged in both directions.

usage: protocol.py IMGBATCH SECONDS SEED

This program is started in place of each worker, and relays frames and files between imgbatch and a real worker. It damages,
repeats, drops and invents some. The run must continue and report one outcome for each image. What is written must begin and end
as an image. Nothing that a worker prints may reach the terminal unescaped. A real worker must exit, or end by a signal that
imgbatch or a limit sent, but not by a crash.
"""
import http.server
import json
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from imagefiles import jpeg, png
from trials import Trials, damaged

COUNT = 10
IMAGE = png(50, 40, numbers=random.Random(3))
# imgbatch (SIGKILL), the limit on processor time, or the end of the parent may end a real worker.
HARMLESS = (signal.SIGKILL, signal.SIGXCPU, signal.SIGTERM)


# MARK: - In place of a worker

class Relay:
    """Relays between a run on descriptor 0 and a real worker."""

    def __init__(self, folder):
        self.folder = folder
        settings = json.loads((folder / "relay.json").read_text())
        self.numbers = random.Random(f"{settings['seed']} {self.place()}")
        self.is_fetch = os.environ.get("IMGBATCH_WORKER") == "fetch"
        # The receiver of damaged frames: the worker, the parent, or neither.
        self.victim = self.numbers.choice(("worker", "parent", "parent", "parent", "none"))
        self.parent = socket.socket(fileno=0)
        self.worker, other = socket.socketpair()
        self.child = subprocess.Popen([settings["worker"]], stdin=other, env=os.environ)
        other.close()

    def place(self):
        """The number of relays that started before this one."""
        number = 0
        while True:
            try:
                os.close(os.open(self.folder / f"relay-{number}", os.O_CREAT | os.O_EXCL))
                return number
            except FileExistsError:
                number += 1

    def run(self):
        for source, target, victim in ((self.parent, self.worker, "worker"), (self.worker, self.parent, "parent")):
            threading.Thread(target=self.carry, args=(source, target, victim == self.victim), daemon=True).start()
        status = self.child.wait()
        if status < 0 and -status not in HARMLESS:
            with open(self.folder / "crashes", "a") as file:
                file.write(f"{signal.Signals(-status).name}\n")
        os._exit(0)

    def carry(self, source, target, harms):
        pending, files, count = b"", [], 0
        try:
            while True:
                data, ancillary, _, _ = source.recvmsg(1 << 16, socket.CMSG_SPACE(16))
                for level, kind, value in ancillary:
                    if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                        files += struct.unpack(f"{len(value) // 4}i", value[:len(value) // 4 * 4])
                if not data:
                    break
                pending += data
                while len(pending) >= 4 and len(pending) >= 4 + (size := int.from_bytes(pending[:4], "little")):
                    frame, pending = pending[4:4 + size], pending[4 + size:]
                    if count == 0 and source is self.parent:
                        frame = self.own_greeting(frame)
                    count += 1
                    self.hand_on(target, frame, files, harms and self.numbers.random() < 0.25)
                    files = []
        except OSError:
            pass
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def own_greeting(self, frame):
        """Replaces the number of the parent process: the real worker's parent is this process."""
        own = os.getpid().to_bytes(8, "little")
        return own + frame[8:] if self.is_fetch else frame[:-8] + own

    def hand_on(self, target, frame, files, harm):
        head = len(frame).to_bytes(4, "little")
        if harm:
            kind = self.numbers.randrange(9)
            if kind <= 3:
                frame = damaged(frame, self.numbers) if frame else b"x"
                head = len(frame).to_bytes(4, "little")
            elif kind == 4:
                head = self.numbers.choice((0, 1, 2 ** 20, 2 ** 31, 2 ** 32 - 1)).to_bytes(4, "little")
            elif kind == 5:
                frame += head + frame
            elif kind == 6:
                frame, head = b"", b""
            elif kind == 7:
                os.write(2, b"\x1b]0;owned\a\x1b[2J" + self.numbers.randbytes(300))
            else:
                frame = self.numbers.randbytes(self.numbers.choice((1, 8, 100, 70000)))
                head = len(frame).to_bytes(4, "little")
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack(f"{len(files)}i", *files))] if files else []
        data = head + frame
        sent = target.sendmsg([data], ancillary) if data else 0
        target.sendall(data[sent:])
        for file in files:
            os.close(file)


# MARK: - The runs

class Server(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(IMAGE)))
        self.end_headers()
        self.wfile.write(IMAGE)

    def log_message(self, *_):
        pass


def main():
    trials = Trials(__doc__)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    real = os.path.join(os.path.dirname(os.path.realpath(trials.imgbatch)), "imgbatch-worker")

    def one_round(numbers, scratch):
        folder = scratch / "bin"
        folder.mkdir()
        program = folder / "imgbatch"
        # A copy, because a program looks for its worker in its own folder.
        program.write_bytes(pathlib.Path(trials.imgbatch).read_bytes())
        program.chmod(0o755)
        (folder / "relay.json").write_text(json.dumps({"seed": trials.seed + trials.rounds, "worker": real}))
        worker = folder / "imgbatch-worker"
        worker.write_text(f"#!{os.path.realpath(sys.executable)}\nimport runpy, sys\nsys.argv += ['relay', {str(folder)!r}]\n"
                          f"runpy.run_path({os.path.abspath(__file__)!r}, run_name='__main__')\n")
        worker.chmod(0o755)
        out = scratch / "out"
        if trials.rounds % 3 < 2:
            source = scratch / "in"
            source.mkdir()
            for index in range(COUNT):
                data = png(60, 40 + index, numbers=numbers) if index % 2 else jpeg(50, 60 + index, progressive=index % 4 == 0)
                (source / f"{index}.{'png' if index % 2 else 'jpg'}").write_bytes(data)
            done = trials.command(
                "resize", source, "--out", out, "--mode", "processes", "--jobs", "2", "--size", "30", "--timeout", "2",
                "--max-memory", "64M", statuses=(0, 1, 70), program=program)
        else:
            list_ = scratch / "list"
            list_.write_text("".join(f"http://127.0.0.1:{server.server_address[1]}/{index}\n" for index in range(COUNT)))
            done = trials.command(
                "fetch", list_, "--out", out, "--mode", "processes", "--connections", "2", "--allow-private", "--retries", "1",
                "--retry-delay", "0", "--connect-timeout", "1", "--total-timeout", "2", statuses=(0, 1, 70), program=program)
        trials.tried += COUNT
        crashes = folder / "crashes"
        if crashes.exists():
            trials.finding(f"a worker ended by {crashes.read_text().split()}")
        if not done:
            return
        status, files, words = done
        # After a damaged greeting, no worker can start. The run then ends with a message.
        if status == 70 and "no worker process can be started" not in words:
            trials.finding(f"status 70: {words[-300:]}")
        if any(ord(letter) < 32 and letter != "\n" or letter == "\x7f" for letter in words):
            trials.finding(f"control characters: {words[-300:]!r}")
        for event in files:
            if event["status"] != "written":
                continue
            data = pathlib.Path(event["output"]).read_bytes()
            ends = (data[:2] == b"\xff\xd8" and data[-2:] == b"\xff\xd9") or (data[:4] == b"\x89PNG" and data[-8:-4] == b"IEND")
            if not ends:
                trials.finding(f"{event['output']} is torn", event["output"])
        if out.is_dir() and (left := [name for name in os.listdir(out) if name.endswith(".tmp")]):
            trials.finding(f"left over: {left}")

    trials.run(one_round)


if __name__ == "__main__":
    Relay(pathlib.Path(sys.argv[2])).run() if sys.argv[1:2] == ["relay"] else main()
