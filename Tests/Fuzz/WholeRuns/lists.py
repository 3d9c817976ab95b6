#!/usr/bin/env python3
"""Damaged lists: of files; of addresses as lines, columns and JSON lines; and of failures.

usage: lists.py IMGBATCH SECONDS SEED

`resize --files-from` reads lists of files. `fetch` reads lists of addresses and requests all of them from a proxy on loopback, so
that nothing else is reached, whatever an address becomes. No run may crash or hang, or write outside of its folders. A list gives
the same outcome from a file, through a pipe and in every mode. The list of failures, read again, has as many entries.
"""
import http.server
import json
import os
import threading

from imagefiles import jpeg, png
from trials import MODES, Trials, damaged

IMAGE = png(9, 7)
WORDS = tuple(
    b"http://|https://|url|name|sha256|position|\t|,|\"|\n|\r\n|\r|\0|#|\xef\xbb\xbf|{|}|[|]|:|null|true|1e999|-1|9999999999999999999|\\u0000"
    b"|\\ud800|\\n|../|/|//|..|.|~|%2e%2e|%00|user:pass@|@|:99999|[::1]|127.0.0.1|localhost|\xc3\xbc|\xff|\xe2\x80\xae|x.jpg|CON|.imgbatch-journal"
    b"|a/b/c|\"url\":|{\"url\":\"http://a/1\"}|url,name\n|url\tname\n|  |'".split(b"|"))


class Proxy(http.server.BaseHTTPRequestHandler):
    """Answers any request with an image or a 404, depending on the address alone."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = sum(self.path.encode()) % 4 != 0
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(IMAGE) if found else 0))
        self.end_headers()
        if found:
            self.wfile.write(IMAGE)

    do_CONNECT = do_GET

    def log_message(self, *_):
        pass


def addresses(numbers):
    """A valid list."""
    entries = [{"url": f"http://host{numbers.randrange(3)}.example/{index}.png"} for index in range(numbers.randint(1, 12))]
    for index, entry in enumerate(entries):
        if numbers.random() < 0.4:
            entry["name"] = numbers.choice((f"n{index}", f"d/{index}.png", "same", f"a/b/c{index}.jpg"))
        if numbers.random() < 0.2:
            entry["sha256"] = numbers.randbytes(32).hex()
        if numbers.random() < 0.2:
            entry["position"] = numbers.choice((1, 5, index + 1, 10 ** 9))
    kind = numbers.randrange(4)
    if kind == 0:
        return "\n".join(entry["url"] for entry in entries).encode()
    if kind == 1:
        return "\n".join(json.dumps(entry) for entry in entries).encode()
    mark = ",\t"[kind - 2]
    names = ("url", "name", "sha256", "position")
    rows = [mark.join(names)] + [mark.join(str(entry.get(name, "")) for name in names) for entry in entries]
    return numbers.choice(("\n", "\r\n")).join(rows).encode()


def outcome(done):
    """The part of the result that must be the same, however the list is read."""
    return done and (done[0], sorted((event["source"], event["status"], event.get("error", {}).get("code", "")) for event in done[1]))


def main():
    trials = Trials(__doc__)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    proxy = f"http://127.0.0.1:{server.server_address[1]}"
    environment = {name: proxy for name in ("http_proxy", "https_proxy", "all_proxy")} | {"no_proxy": "", "NO_PROXY": ""}
    statuses = (0, 1, 64, 66, 73)

    def fetch(list_, out, *options, input=None, kept):
        return trials.command(
            "fetch", list_, "--out", out, "--retries", "0", "--total-timeout", "5", *options, statuses=statuses, input=input,
            env=environment, paths=[kept])

    def addressed(numbers, scratch):
        data = damaged(addresses(numbers), numbers, most=6, words=WORDS)
        list_ = scratch / "list"
        list_.write_bytes(data)
        results = {
            mode: outcome(fetch(list_, scratch / "fetched" / mode, "--mode", mode, "--failed-to", scratch / f"failed-{mode}", kept=list_))
            for mode in MODES}
        results["a pipe"] = outcome(fetch("-", scratch / "fetched" / "pipe", input=data, kept=list_))
        if len({str(one) for one in results.values()}) > 1:
            trials.finding(f"modes differ: {results}", list_)
        failed = sum(one[1] == "failed" for one in results["threads"][1]) if results["threads"] else 0
        if results["threads"] and results["threads"][0] == 1:
            # The failed addresses, with their positions, names and digests, form a list again.
            again = fetch(scratch / "failed-threads", scratch / "fetched" / "again", kept=scratch / "failed-threads")
            if again and len(again[1]) != failed:
                trials.finding(f"{failed} failed, but their list names {len(again[1])}", list_, scratch / "failed-threads")

    def files(numbers, scratch):
        source = scratch / "in"
        source.mkdir()
        names = [f"{index}.png" for index in range(6)] + ["a b.jpg", "ü.jpg"]
        for name in names:
            (source / name).write_bytes(jpeg(12, 9) if name.endswith("jpg") else IMAGE)
        is_zero = numbers.random() < 0.3
        end = b"\0" if is_zero else b"\n"
        right = end.join(os.fsencode(source / numbers.choice(names)) for _ in range(numbers.randint(1, 10))) + end
        data = damaged(right, numbers, most=6, words=WORDS + (os.fsencode(source), b"0.png"))
        list_ = scratch / "list"
        list_.write_bytes(data)
        options = ["-0"] if is_zero else []
        results = {}
        for mode in MODES:
            for way in ("file", "pipe"):
                out = scratch / "made" / f"{mode}-{way}"
                results[mode, way] = outcome(trials.command(
                    "resize", "--files-from", list_ if way == "file" else "-", *options, "--out", out, "--mode", mode, "--size", "8",
                    "--failed-to", scratch / "failed", input=data if way == "pipe" else None, statuses=statuses, paths=[list_]))
        for way in ("file", "pipe"):
            if len({str(results[mode, way]) for mode in MODES}) > 1:
                trials.finding(f"modes differ ({way}): {results}", list_)

    def one_round(numbers, scratch):
        for folder in ("fetched", "made"):
            (scratch / folder).mkdir()
        (addressed if trials.rounds % 2 == 0 else files)(numbers, scratch)
        trials.tried += 1
        allowed = {"in", "list", "failed", "fetched", "made"} | {f"failed-{mode}" for mode in MODES}
        strangers = {name for name in os.listdir(scratch) if name not in allowed}
        if strangers:
            trials.finding(f"written beside its folders: {strangers}", scratch / "list")

    trials.run(one_round)


if __name__ == "__main__":
    main()
