#!/usr/bin/env python3
"""Hostile servers: damaged status lines, headers, chunks, codings, parts and redirections, for fetch in every mode.

usage: answers.py IMGBATCH SECONDS SEED

A server on loopback derives each answer from the path and the seed alone, and closes. No run may crash or hang, every mode must
have the same outcome for each address, and a file that counts as written must begin with all bytes of one of the server's
images, except its end mark: only the data around images are damaged here, so anything less is a torn file. Excepted are answers
whose lengths are wrong: then the file is what the server announced.
"""
import gzip
import os
import random
import socketserver
import threading
import urllib.parse
import zlib

from imagefiles import jpeg, png
from trials import MODES, NUMBERS, Trials, damaged, verdicts

IMAGES = (jpeg(31, 17), png(40, 30, numbers=random.Random(1)), jpeg(64, 64, progressive=True), png(300, 200, numbers=random.Random(2)))
# Sizes of EOI and IEND in bytes.
END_MARKS = (2, 12, 2, 12)
ADDRESSES = 40


class Framing:
    """Whether a length or a chunk of an answer is wrong."""
    is_wrong = False


def chunked(body, numbers, framing):
    """A body in chunks, whose sizes may be wrong."""
    out, at = b"", 0
    while at < len(body):
        piece = body[at:at + numbers.randint(1, max(1, len(body)))]
        size = f"{len(piece):x}" if numbers.random() < 0.95 else numbers.choice(
            ("0", "-1", "ffffffffffffffff", "80000000", "", "x", f"{len(piece) + 1:x}", f"{len(piece) - 1:x}", "0x5", "1 ", "00001"))
        extension = numbers.choice(("", "", ";a=b", ";" + "x" * 3000))
        end = numbers.choice((b"\r\n",) * 20 + (b"\n", b"", b"\rx"))
        framing.is_wrong |= size != f"{len(piece):x}" or end != b"\r\n"
        out += f"{size}{extension}\r\n".encode() + piece + end
        at += len(piece)
    end = numbers.choice((b"0\r\n\r\n",) * 6 + (b"0\r\nTrailer: x\r\n\r\n", b"", b"0", b"0\r\n", b"0\r\n\r\nmore"))
    return out + end


def length(body, numbers, framing):
    """A Content-Length, usually the right one."""
    if numbers.random() < 0.75:
        return str(len(body))
    framing.is_wrong = True
    return str(numbers.choice((len(body) - 1, len(body) + 1, 0, -1, "", "x", f"{len(body)}, {len(body)}", f"+{len(body)}", f" {len(body)} ",
                               numbers.choice(NUMBERS), 2 ** 63 - 1, 2 ** 63, 2 ** 64, "9" * 50)))


def place(numbers, port, path):
    """The target of a redirection: this machine, or nowhere. It contains no host names, so that nothing is looked up."""
    return numbers.choice((
        f"/{numbers.randrange(ADDRESSES)}", f"http://127.0.0.1:{port}/{numbers.randrange(ADDRESSES)}", path, "", "//", "http://",
        "http://127.0.0.1:1/x", "https://127.0.0.1:1/1", "file:///etc/passwd", "ftp://127.0.0.1/a", "http://[::1]:1/", "../../1",
        f"http://u:p@127.0.0.1:{port}/2", "http://127.0.0.1:99999/", "?x", "#y", "/%00", "/\u00e9", "javascript:1", "/" + "a" * 20000,
        f"http:/127.0.0.1:{port}/3", f"http://0x7f.1:{port}/4"))


def answer(seed, port, path, wish=0):
    """The bytes of one answer, the target of its redirection or None, and whether a length in it is wrong."""
    numbers, framing = random.Random(f"{seed} {path}"), Framing()
    body = numbers.choice(IMAGES)
    status = numbers.choice((200,) * 14 + (206, 206, 203, 301, 302, 303, 307, 308, 300, 304, 404, 403, 416, 204, 205, 100, 999, 0))
    headers, target = [], None
    if 300 <= status < 400:
        target = place(numbers, port, path)
        headers.append(("Location", target))
    if status == 206 or (wish and numbers.random() < 0.7):
        status, start = 206, numbers.choice((0, wish or 0, 1, len(body) - 1, len(body)))
        headers.append(("Content-Range", numbers.choice((
            f"bytes {start}-{len(body) - 1}/{len(body)}", f"bytes {start}-{len(body) - 1}/*", "bytes */5", "bytes 5-1/9", "x",
            f"bytes {start}-99999999999999999999/1", f"bytes 0-{len(body) - 1}/{len(body)}"))))
        body = body[start:]
    if numbers.random() < 0.15:
        coding = numbers.choice(("gzip", "x-gzip", "deflate", "br", "identity", "gzip, gzip", ""))
        if numbers.random() < 0.8:
            body = zlib.compress(body) if coding == "deflate" else gzip.compress(body, mtime=0) if "gzip" in coding else body
        headers.append(("Content-Encoding", coding))
    for name, values in (
            ("ETag", ('"a"', 'W/"a"', "a", '"' + "x" * 3000 + '"', '"a\0b"', "")), ("Retry-After", ("0", "-1", "x", "9" * 30)),
            ("Last-Modified", ("Mon, 01 Jan 2024 00:00:00 GMT", "x", "0", "Mon, 99 Foo 99999 99:99:99 GMT")),
            ("Content-Type", ("image/png", "text/html", "", "x" * 5000)), ("Connection", ("close", "keep-alive", "upgrade")),
            ("Content-Disposition", ("attachment; filename=../../x.jpg",)), ("Set-Cookie", ("a=b; Domain=.", "x" * 9000))):
        if numbers.random() < 0.2:
            headers.append((name, numbers.choice(values)))
    if numbers.random() < 0.3:
        headers.append(("Transfer-Encoding", numbers.choice(("chunked",) * 6 + ("gzip, chunked", "Chunked", "x", "chunked, chunked"))))
        body = chunked(body, numbers, framing)
    if numbers.random() < 0.7:
        headers.append(("Content-Length", length(body, numbers, framing)))
        if numbers.random() < 0.1:
            headers.append(("Content-Length", length(body, numbers, framing)))
    numbers.shuffle(headers)
    first = f"HTTP/1.1 {status} OK" if numbers.random() < 0.93 else numbers.choice((
        "HTTP/1.0 200 OK", "HTTP/1.1 200", "HTTP/1.1", "HTTP/9.9 200 OK", "HTTP/2 200", "ICY 200 OK", "", "HTTP/1.1 2000 OK",
        "HTTP/1.1 -1 x", "HTTP/1.1 200 " + "x" * 9000))
    end = "\r\n" if numbers.random() < 0.97 else numbers.choice(("\n", "\r", "\r\n "))
    head = first + end + "".join(f"{name}: {value}{end}" for name, value in headers)
    if numbers.random() < 0.03:
        head += "".join(f"X-{number}: {'y' * 90}{end}" for number in range(numbers.choice((50, 3000))))
    head = head.encode("utf-8") + end.encode()
    if numbers.random() < 0.05:
        head = b"HTTP/1.1 100 Continue\r\n\r\n" * numbers.choice((1, 30)) + head
    if numbers.random() < 0.15:
        head = damaged(head, numbers, words=(b"\r\n", b"\n", b"\0", b":", b" ", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n"))
        framing.is_wrong = True
    return head + body + (numbers.randbytes(30) if numbers.random() < 0.05 else b""), target, framing.is_wrong


def has_right_lengths(seed, source):
    """Whether all lengths are right in the answers of an address and of those that it is redirected to."""
    port = urllib.parse.urlsplit(source).port
    for _ in range(6):
        path = source.split("//", 1)[-1].partition("/")
        _, target, is_wrong = answer(seed, port, path[1] + path[2])
        if is_wrong:
            return False
        if target is None:
            return True
        try:
            source = urllib.parse.urljoin(source, target)
        except ValueError:
            return True
    return True


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128
    seed = 0


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            lines = []
            while (line := self.rfile.readline(65536).strip()):
                lines.append(line.decode("latin-1"))
            if not lines:
                return
            path = (lines[0].split(" ") + ["/"])[1]
            ranges = [line for line in lines if line.lower().startswith("range: bytes=")]
            wish = int(ranges[0].split("=")[1].split("-")[0]) if ranges else 0
            data, _, _ = answer(self.server.seed, self.server.server_address[1], path, wish)
            self.request.sendall(data)
        except (OSError, ValueError, IndexError):
            pass


def main():
    trials = Trials(__doc__)
    server = Server(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # A kept connection may close while the next request is sent; fetch then retries.
    options = ["--allow-private", "--retries", "2", "--retry-delay", "0", "--total-timeout", "5", "--max-redirects", "4", "--max-bytes", "1M"]

    def one_round(numbers, scratch):
        server.seed = trials.seed + trials.rounds
        list_ = scratch / "list"
        list_.write_text("".join(f"http://127.0.0.1:{server.server_address[1]}/{number}\n" for number in range(ADDRESSES)))
        told = {}
        for mode in MODES:
            out = scratch / mode
            extra = ["--connections", "4"] if mode != "serial" else []
            # The second run finds what the first left: partial files, and files to revalidate.
            for attempt in range(2):
                done = trials.command("fetch", list_, "--out", out, "--mode", mode, *options, *extra, paths=[list_])
                if done is None:
                    return
                if attempt == 0:
                    told[mode] = verdicts(done[1])
                check(trials, out, done[1], server.seed)
        trials.tried += ADDRESSES
        for number in range(ADDRESSES):
            results = {mode: told[mode].get(str(number)) for mode in MODES}
            if len(set(results.values())) > 1:
                sent = scratch / "answer"
                sent.write_bytes(answer(server.seed, server.server_address[1], f"/{number}")[0])
                trials.finding(f"/{number}: {results}", sent)

    trials.run(one_round)


def check(trials, out, files, seed):
    """The folder contains what was reported as written, complete."""
    for event in files:
        if event["status"] != "written":
            continue
        with open(event["output"], "rb") as file:
            data = file.read()
        # If only the end mark is missing, all pixels are there.
        is_whole = any(data.startswith(image[:-end]) for image, end in zip(IMAGES, END_MARKS))
        if not is_whole and has_right_lengths(seed, event["source"]):
            trials.finding(f"{event['source']} is torn: {len(data)} bytes", event["output"])
    there = {os.path.join(out, name) for name in os.listdir(out) if not name.startswith(".")}
    said = {event["output"] for event in files if event["status"] in ("written", "skipped") and event.get("output")}
    if not said <= there:
        trials.finding(f"not there: {said - there}")


if __name__ == "__main__":
    main()
