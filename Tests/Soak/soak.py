#!/usr/bin/env python3
"""Checks the promises of reliability on the release build, those that take too long for `make test`.

usage: soak.py IMGBATCH DECODE_FUZZ [PROMISE...]

Each check prints PASS, FAIL or SKIP with the number of its promise and its words; any FAIL ends with 1. Everything is
bounded: a run that does not end is a failure. Pillow, else djpeg and pngtopnm, is the other decoder that outputs must please.
"""

import base64
import contextlib
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

try:
    from PIL import Image
except ImportError:
    Image = None

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.path.join(ROOT, "samples")
MODES = ("serial", "threads", "processes")
IMGBATCH, FUZZ = (os.path.abspath(path) for path in sys.argv[1:3])
CHECKS = []
DECODER = "Pillow" if Image else "djpeg and pngtopnm" if shutil.which("djpeg") and shutil.which("pngtopnm") else None


class Skipped(Exception):
    """Why a check cannot be made here."""


def promise(number, words):
    def register(check):
        CHECKS.append((number, words, check))
        return check
    return register


def expect(condition, words):
    if not condition:
        raise AssertionError(words)


def samples(*folders):
    return sorted(
        os.path.join(SAMPLES, folder, name) for folder in folders for name in os.listdir(os.path.join(SAMPLES, folder)))


def run(*arguments, prefix=(), timeout=120, cwd=None, limits=None, words=False):
    """Runs imgbatch resize; gives status, file events by source, and standard error."""
    def prepare():
        for kind, most in (limits or {}).items():
            resource.setrlimit(kind, (most, most))
    command = [*prefix, IMGBATCH, "resize", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, timeout=timeout, cwd=cwd, preexec_fn=prepare if limits else None)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    files = {source_bytes(event): event for event in events if event["event"] == "file"}
    if done.returncode in (0, 1):
        summary = events[-1]
        counts = [summary[name] for name in ("written", "skipped", "failed", "notStarted")]
        expect(summary["event"] == "summary" and sum(counts) == summary["inputs"], f"sums of {summary}")
        expect(len(files) == summary["inputs"] - summary["notStarted"], "a file without its event")
    return done.returncode, files, done.stderr.decode(errors="replace")


def source_bytes(event):
    text = event.get("sourcePathBytes")
    return base64.b64decode(text) if text else event["source"].encode()


def check_whole(path):
    """Another decoder takes the whole file."""
    with open(path, "rb") as file:
        data = file.read()
    is_jpeg = data[:2] == b"\xff\xd8"
    expect(data[-2:] == b"\xff\xd9" if is_jpeg else data[-8:-4] == b"IEND", f"{path} has no end")
    if DECODER == "Pillow":
        with Image.open(path) as picture:
            picture.load()
    elif DECODER:
        command = ["djpeg", path] if is_jpeg else ["pngtopnm", path]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        expect(done.returncode == 0 and not done.stderr, f"{path}: {done.stderr}")


def tree(folder):
    """Every file below a folder and the hash of its bytes, names as bytes."""
    found = {}
    for place, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            path = os.path.join(place, name)
            if not name.startswith(b"."):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, os.fsencode(folder))] = hashlib.sha256(file.read()).digest()
    return found


def outputs(folder):
    """Names of what a run made in a folder, without what it keeps for itself."""
    return {name for name in os.listdir(folder) if not name.startswith(".")}


def check_all_whole(folder):
    """How many files are below the folder, all of them whole."""
    seen = 0
    for place, _, names in os.walk(folder):
        for name in names:
            if not name.startswith("."):
                check_whole(os.path.join(place, name))
                seen += 1
    return seen


def temporaries(folder):
    return [name for _, _, names in os.walk(folder) for name in names if name.endswith(".tmp")]


class Mounted:
    """A small tmpfs."""

    def __init__(self, folder, options):
        self.folder, self.options = folder, options

    def __enter__(self):
        if os.geteuid() != 0:
            raise Skipped("mounting a tmpfs needs root")
        os.makedirs(self.folder, exist_ok=True)
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", self.options, "tmpfs", self.folder], capture_output=True, text=True)
        if done.returncode:
            raise Skipped(done.stderr.strip())
        return self.folder

    def __exit__(self, *_):
        subprocess.run(["umount", self.folder], check=False)


def copies(scratch, count):
    folder = os.path.join(scratch, "in")
    os.makedirs(folder, exist_ok=True)
    good = samples("dogs", "patterns")
    for number in range(count):
        source = good[number % len(good)]
        shutil.copy(source, os.path.join(folder, f"{number:03d}-{os.path.basename(source)}"))
    return folder


@promise(1, "a full disk: 30 inputs into 64 KB, every file there whole, every other named with ENOSPC")
def full_disk(scratch):
    source = copies(scratch, 30)
    with Mounted(os.path.join(scratch, "small"), "size=64k") as small:
        for mode in MODES:
            out = os.path.join(small, mode)
            status, files, _ = run(source, "--out", out, "--mode", mode)
            expect(status == 1, f"{mode}: status {status}")
            expect(len(files) == 30, f"{mode}: {len(files)} events")
            there = outputs(out)
            told = {os.path.basename(event["output"]) for event in files.values() if event["status"] == "written"}
            expect(there == told, f"{mode}: there is {there ^ told}")
            for name in there:
                check_whole(os.path.join(out, name))
            failed = [event["error"] for event in files.values() if event["status"] == "failed"]
            expect(failed and told, f"{mode}: {len(failed)} failed, {len(told)} written")
            expect(all("ENOSPC" in error["message"] for error in failed), f"{mode}: {failed[0]}")
            expect(not temporaries(out), "a temporary is left")
            shutil.rmtree(out)


@promise(14, "EROFS, a file where a folder is to be, and more inodes than there are: told by file, the rest is made")
def no_room(scratch):
    source = copies(scratch, 30)
    with Mounted(os.path.join(scratch, "fixed"), "size=64k") as fixed:
        subprocess.run(["mount", "-o", "remount,ro", fixed], check=True)
        status, _, error = run(source, "--out", os.path.join(fixed, "out"))
        expect(status == 73 and "EROFS" in error, f"a read-only place: {status}: {error}")
        status, _, error = run(source, "--out", fixed)
        expect(status == 73 and "EROFS" in error, f"a read-only folder: {status}: {error}")
    with Mounted(os.path.join(scratch, "few"), "size=8m,nr_inodes=20") as few:
        for mode in MODES:
            out = os.path.join(few, mode)
            status, files, _ = run(source, "--out", out, "--mode", mode)
            failed = [event["error"]["message"] for event in files.values() if event["status"] == "failed"]
            expect(status == 1 and failed and all("ENOSPC" in message for message in failed), f"{mode}: {failed[:1]}")
            expect(check_all_whole(out) + len(failed) == 30, f"{mode}: {len(failed)} failed")
            shutil.rmtree(out)


@promise(1, "ulimit -f 8: what is too big fails with EFBIG, and SIGXFSZ is no death")
def file_size_limit(scratch):
    source = copies(scratch, 16)
    out = os.path.join(scratch, "out")
    status, files, _ = run(source, "--out", out, limits={resource.RLIMIT_FSIZE: 8 << 10})
    expect(status == 1, f"status {status}")
    errors = [event["error"]["message"] for event in files.values() if event["status"] == "failed"]
    expect(errors and all("EFBIG" in error for error in errors), str(errors[:1]))
    expect(not temporaries(out), "a temporary is left")
    check_all_whole(out)


@promise(8, "50 times kill -9 at a random moment of 0-800 ms, then --resume: what was there was whole, diff -r is clean")
def kills(scratch):
    source = copies(scratch, 240)
    golden = os.path.join(scratch, "golden")
    # Made to last: one worker, large outputs.
    options = ["--size", "1200x1200", "--jobs", "1", "--png-level", "9"]
    began = time.monotonic()
    status, _, error = run(source, "--out", golden, *options)
    lasts = time.monotonic() - began
    expect(status == 0, f"status {status}: {error[-300:]}")
    moments = random.Random(8)
    seen = killed = 0
    for number in range(50):
        out = os.path.join(scratch, f"out-{number}")
        mode = ("--mode", MODES[number % 3])
        child = subprocess.Popen(
            [IMGBATCH, "resize", source, "--out", out, "--quiet", *options, *mode],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            child.wait(moments.uniform(0, 0.8))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            killed += 1
        there = check_all_whole(out)
        seen += there
        status, files, error = run(source, "--out", out, "--resume", *options, *mode)
        expect(status == 0, f"--resume: status {status}: {error[-300:]}")
        again = sum(event["status"] == "written" for event in files.values())
        # One a worker was there already, but not yet in the journal.
        expect(again <= 240 - there + 1, f"{there} were there and {again} were made")
        differences = subprocess.run(["diff", "-r", "-x", ".imgbatch-*", golden, out], capture_output=True, text=True)
        expect(differences.returncode == 0, differences.stdout[:300])
        expect(not temporaries(out), "a temporary is left")
        shutil.rmtree(out)
    expect(killed > 20 and seen > 100, f"only {killed} were killed, {seen} files were seen")
    return f"{killed} of 50 killed in a run of {lasts:.1f} s, {seen} files seen by {DECODER}"


@promise(2, "sets of paths in the events equal what find finds, in every mode and number of workers")
def every_input(scratch):
    out = os.path.join(scratch, "out")
    found = {os.fsencode(path) for path in samples("dogs", "patterns", "broken")}
    first = None
    for mode in MODES:
        for jobs in ("1", "2", "7"):
            shutil.rmtree(out, ignore_errors=True)
            folders = [os.path.join(SAMPLES, name) for name in ("dogs", "patterns", "broken")]
            status, files, _ = run(*folders, "--out", out, "--mode", mode, "--jobs", jobs)
            expect(status == 1, f"status {status}")
            expect(set(files) == found, f"{mode} {jobs}: {set(files) ^ found}")
            written = {os.fsencode(event["output"]) for event in files.values() if event["status"] == "written"}
            names = tree(out)
            expect({os.path.join(os.fsencode(out), name) for name in names} == written, "a failed input has an output")
            first = first or names
            expect(names == first, f"{mode} with {jobs} workers wrote other bytes")


@promise(3, "ulimit -v 600000: failures by file, no abort")
def address_space(scratch):
    out = os.path.join(scratch, "out")
    giant = os.path.join(scratch, "giant.png")
    write_giant(giant, 20000, 12000)
    for mode in MODES:
        status, files, error = run(
            giant, os.path.join(SAMPLES, "dogs"), "--out", out, "--mode", mode, "--jobs", "2",
            limits={resource.RLIMIT_AS: 600000 << 10})
        expect(status in (0, 1), f"{mode}: status {status}: {error[-300:]}")
        failed = {os.path.basename(name) for name, event in files.items() if event["status"] == "failed"}
        expect(failed <= {b"giant.png"}, f"{mode}: {failed} failed")


@promise(3, "8 giants at --jobs 8 --max-memory 1G stay under 1.1 GB, all processes together, and all come out")
def giants(scratch):
    source = os.path.join(scratch, "in")
    os.mkdir(source)
    write_giant(os.path.join(source, "flat-0.png"), 12000, 9000)
    if Image:
        Image.effect_noise((1500, 1125), 40).resize((12000, 9000)).convert("RGB").save(
            os.path.join(source, "noise-0.jpg"), progressive=True, quality=60)
    kinds = os.listdir(source)
    for number in range(1, 8 // len(kinds)):
        for kind in kinds:
            os.link(os.path.join(source, kind), os.path.join(source, kind.replace("0", str(number))))
    peaks = []
    # As PNGs, colours are decoded, which libjpeg does with all coefficients in memory.
    for mode, format in (("threads", "same"), ("processes", "same"), ("threads", "png")):
        out = os.path.join(scratch, f"{mode}-{format}")
        options = ["--out", out, "--format", format, "--jobs", "8", "--max-memory", "1G", "--mode", mode]
        done = sampled([source, *options], family=True)
        expect(done["status"] == 0, f"{mode}, {format}: status {done['status']}")
        expect(check_all_whole(out) == 8, f"{mode}, {format}: a giant is missing")
        expect(done["together"] < 1_100_000, f"{mode}, {format}: {done['together']} KB")
        peaks.append(f"{mode} to {format} {done['together'] / 1e3:.0f} MB in {done['seconds']:.1f} s")
    return ", ".join(peaks) + f" ({'half of them progressive JPEGs' if Image else 'PNGs only, without Pillow'})"


@promise(3, "a control group of 256 MB: its limit is found, nothing is killed, and all that fits comes out")
def group(scratch):
    def enlarged(side, name, *options):
        out = os.path.join(scratch, f"large-{name}")
        dog = os.path.join(SAMPLES, "dogs", "rex.jpg")
        made = subprocess.run(
            [IMGBATCH, "resize", dog, "--out", out, "--size", str(side), "--upscale", "--quality", "92", "--quiet", *options])
        expect(made.returncode == 0, "no large picture")
        return os.path.join(out, "rex.jpg")
    giants, whole = os.path.join(scratch, "giants"), os.path.join(scratch, "whole")
    os.mkdir(giants)
    os.mkdir(whole)
    baseline, progressive = enlarged(9000, "baseline"), enlarged(9000, "progressive", "--progressive")
    for number in range(3):
        shutil.copy(baseline, os.path.join(giants, f"baseline-{number}.jpg"))
        shutil.copy(progressive, os.path.join(giants, f"progressive-{number}.jpg"))
    for number in range(2):
        write_giant(os.path.join(giants, f"flat-{number}.png"), 12000, 9000)
    # 36 MB each as pixels of full size: eight at once would be more than the group has.
    for number in range(8):
        shutil.copy(enlarged(4000, "middle"), os.path.join(whole, f"{number}.jpg"))
    told = []
    with control_group(256 << 20) as (processes, peak, kills):
        for source, options, wholes in ((giants, [], 8), (whole, ["--shrink", "off"], 8), (giants, ["--decoder", "libjpeg"], 5)):
            # Each worker process takes some of it for itself.
            for mode, jobs in (("threads", "8"), ("processes", "4")):
                case = f"{os.path.basename(source)} {' '.join([mode, *options])}"
                out = os.path.join(scratch, case.replace(" ", "-"))
                status, files, error = run(
                    source, "--out", out, "--jobs", jobs, "--mode", mode, *options,
                    prefix=["sh", "-c", f"echo $$ > {processes}; exec \"$@\"", "sh"])
                expect(status == (0 if wholes == 8 else 1), f"{case}: status {status}: {error}")
                expect(check_all_whole(out) == wholes, f"{case}: a picture is missing")
                # All coefficients of a progressive one are more than the group has.
                codes = {event["error"]["code"] for event in files.values() if event["status"] == "failed"}
                expect(codes == (set() if wholes == 8 else {"limit-memory"}), f"{case}: {codes}")
                told.append(f"{case} {wholes} of 8")
        expect(kills() == 0, f"{kills()} kills")
        return ", ".join(told) + f"; at most {peak() / 1e6:.0f} MB"


@contextlib.contextmanager
def control_group(limit):
    """A group of processes under a limit of memory: where to put them, and what tells of their peak and of kills."""
    def number(name, key=None):
        with open(os.path.join(folder, name)) as file:
            lines = [line.split() for line in file]
        return next(int(words[-1]) for words in lines if key in (None, words[0]))
    root = "/sys/fs/cgroup"
    second = os.path.exists(os.path.join(root, "cgroup.controllers"))
    folder = os.path.join(root, *([] if second else ["memory"]), f"imgbatch-soak-{os.getpid()}")
    try:
        if second:
            with open(os.path.join(root, "cgroup.subtree_control"), "w") as control:
                control.write("+memory")
        os.mkdir(folder)
    except OSError as error:
        raise Skipped(f"no control group can be made: {error}") from error
    try:
        with open(os.path.join(folder, "memory.max" if second else "memory.limit_in_bytes"), "w") as file:
            file.write(str(limit))
        yield (
            os.path.join(folder, "cgroup.procs"), lambda: number("memory.peak" if second else "memory.max_usage_in_bytes"),
            lambda: number("memory.events" if second else "memory.oom_control", "oom_kill"))
    finally:
        os.rmdir(folder)


def write_giant(path, width, height):
    """A gray-only-in-name RGB picture of one colour: small as a file, 720 MB as pixels."""
    import struct
    import zlib
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    packer = zlib.compressobj(1)
    row = bytes(1 + 3 * width)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)))
        file.write(chunk(b"IDAT", data) + chunk(b"IEND", b""))


@promise(6, "11,000 hostile files, 400 mutations of each sample: no crash, the same verdicts and bytes in every mode")
def hostile(scratch):
    source = os.path.join(scratch, "in")
    os.mkdir(source)
    pictures = [path for path in samples("dogs", "patterns", "broken") if os.path.getsize(path)]
    subprocess.run([FUZZ, "write", "400", "42", source, *pictures], check=True)
    expected = len(pictures) * 400
    verdicts, trees = [], []
    for mode in MODES:
        out = os.path.join(scratch, mode)
        # Damaged pixels are made into pictures too, so that more than headers is compared.
        status, files, error = run(
            source, "--out", out, "--mode", mode, "--fail-on", "never", "--max-pixels", "4000000", "--quiet",
            timeout=600)
        expect(status in (0, 1), f"{mode}: status {status}: {error[-300:]}")
        expect(len(files) == expected, f"{mode}: {len(files)} of {expected}")
        verdicts.append({
            name: (event["status"], event.get("error", {}).get("code"), event.get("width")) for name, event in files.items()})
        crashed = [name for name, verdict in verdicts[-1].items() if verdict[1] in ("worker-crashed", "internal", "timeout")]
        expect(not crashed, f"{mode}: {crashed[:3]}")
        trees.append(tree(out))
    for mode, verdict, names in zip(MODES, verdicts, trees):
        expect(verdict == verdicts[0], f"{mode}: verdicts differ from serial")
        expect(names == trees[0], f"{mode}: bytes differ from serial")
    return f"{expected} files, {len(trees[0])} written"


@promise(7, "sources stay as they are: out is in, out inside in twice, a.png beside a.jpg, hard and symbolic links")
def sources(scratch):
    source = os.path.join(scratch, "in")
    shutil.copytree(os.path.join(SAMPLES, "dogs"), source)
    shutil.copy(os.path.join(source, "rex.jpg"), os.path.join(source, "bello.jpg"))
    before = tree(source)
    status, _, error = run(source, "--out", source)
    expect(status == 64 and "rex.jpg" in error, f"out is in: {status}")
    status, _, error = run(source, "--out", os.path.join(scratch, "out"), "--format", "jpeg")
    expect(status == 64 and "bello.png" in error and "bello.jpg" in error, f"a.png and a.jpg: {status}: {error}")
    expect(not os.path.exists(os.path.join(scratch, "out")), "something was written")
    for kind, link in (("hard", os.link), ("soft", os.symlink)):
        out = os.path.join(scratch, kind)
        os.mkdir(out)
        link(os.path.join(source, "rex.jpg"), os.path.join(out, "rex.jpg"))
        status, _, _ = run(source, "--out", out)
        expect(status == 64, f"{kind} link: status {status}")
    expect(tree(source) == before, "a source was changed")
    inside = os.path.join(source, "thumbs")
    trees = []
    for _ in range(2):
        status, files, _ = run(source, "--out", inside)
        expect(status == 0 and len(files) == 4, f"out inside in: {status}, {len(files)} inputs")
        trees.append(tree(inside))
    expect(trees[0] == trees[1], "the second run differs")
    expect({name: data for name, data in tree(source).items() if not name.startswith(b"thumbs")} == before, "changed")


@promise(9, "inputs that are truncated and rewritten while they are read: a failure or a whole picture, never a crash")
def rewritten(scratch):
    source = copies(scratch, 60)
    paths = [os.path.join(source, name) for name in os.listdir(source)]
    contents = {path: open(path, "rb").read() for path in paths}
    stop = threading.Event()

    def rewrite():
        chance = random.Random(3)
        while not stop.is_set():
            path = chance.choice(paths)
            with open(path, "r+b") as file:
                file.truncate(chance.randrange(len(contents[path])))
                file.seek(0)
                file.write(contents[path])
    writer = threading.Thread(target=rewrite)
    writer.start()
    allowed = {"changed-while-reading", "truncated", "corrupt", "not-an-image"}
    codes = set()
    try:
        for number in range(12):
            out = os.path.join(scratch, f"out{number}")
            status, files, error = run(source, "--out", out, "--mode", MODES[number % 3])
            expect(status in (0, 1), f"status {status}: {error[-300:]}")
            codes |= {event["error"]["code"] for event in files.values() if event["status"] == "failed"}
            check_all_whole(out)
    finally:
        stop.set()
        writer.join()
    expect(codes <= allowed, str(codes - allowed))
    return "failures: " + (", ".join(sorted(codes)) or "none")


@promise(10, "only regular files are read: FIFO, socket, link to a device, loops, 1 TB sparse, 1,500 levels, in 5 s")
def not_regular(scratch):
    source = os.path.join(scratch, "in")
    shutil.copytree(os.path.join(SAMPLES, "dogs"), source)
    os.mkfifo(os.path.join(source, "fifo.jpg"))
    os.mkfifo(os.path.join(source, "fifo"))
    listener = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(source)
    listener.bind("socket.png")
    os.chdir(here)
    os.symlink("/dev/zero", os.path.join(source, "zero.jpg"))
    os.symlink("self.jpg", os.path.join(source, "self.jpg"))
    os.symlink(".", os.path.join(source, "loop"))
    with open(os.path.join(source, "sparse.jpg"), "wb") as file:
        try:
            file.truncate(1 << 40)
        except OSError:
            file.truncate(1 << 33)
        file.write(b"\xff\xd8\xff\xe0")
    deep = os.open(source, os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("level", dir_fd=deep)
        deeper = os.open("level", os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = deeper
    os.close(deep)
    wanted = {
        b"fifo.jpg": "not-a-regular-file", b"socket.png": "not-a-regular-file", b"zero.jpg": "not-a-regular-file",
        b"self.jpg": "read", b"sparse.jpg": "limit-bytes"}
    for options in ((), ("--follow-symlinks",), ("--mode", "processes")):
        began = time.monotonic()
        status, files, error = run(source, "--out", os.path.join(scratch, "out"), *options, timeout=30)
        seconds = time.monotonic() - began
        expect(status == 1, f"status {status}: {error[-300:]}")
        codes = {os.path.basename(name): event["error"]["code"] for name, event in files.items() if event["status"] == "failed"}
        expect(codes == wanted, str(codes))
        expect(sum(event["status"] == "written" for event in files.values()) == 3, "a good one is missing")
        expect(seconds < 5, f"{seconds:.1f} s")


@promise(11, "names are bytes: they come out as they went in, and terminal lines escape control bytes")
def names(scratch):
    source = os.fsencode(os.path.join(scratch, "in"))
    out = os.fsencode(os.path.join(scratch, "out"))
    os.mkdir(source)
    wild = [b"caf\xe9.jpg", b"new\nline.jpg", b"\x1b[31m.jpg", b"-dash.jpg", b"%d.jpg", b"a:b.jpg", b"@at.jpg",
            b"\xff\xfe.jpg", b" .jpg", b"tab\t.jpg", b"back\\slash.jpg", b"'\".jpg", b"x" * 251 + b".jpg"]
    for name in wild:
        shutil.copy(os.path.join(SAMPLES, "patterns/noise-restart.jpg"), os.path.join(source, name))
    for name in (b"bad\x1b]0;\x07\xe9.jpg", b"bad\nname.jpg"):
        with open(os.path.join(source, name), "wb") as file:
            file.write(b"no picture")
    for mode in MODES:
        shutil.rmtree(out, ignore_errors=True)
        status, files, error = run(os.fsdecode(source), "--out", os.fsdecode(out), "--mode", mode)
        expect(status == 1, f"status {status}")
        made = {name for name in os.listdir(out) if not name.startswith(b".")}
        expect(made == set(wild), f"{mode}: {made ^ set(wild)}")
        expect({os.path.basename(name) for name in files} == set(os.listdir(source)), f"{mode}: names in events")
        expect("\x1b" not in error and "\x07" not in error, "a control byte on the terminal")
        expect(len(error.splitlines()) == 3, error)


@promise(12, "full-size PNGs of PngSuite and the samples have the very pixels that another decoder sees")
def pixels(scratch):
    suite = os.path.join(os.path.dirname(ROOT), "shared", "corpus", "pngsuite", "png")
    if not Image:
        raise Skipped("needs Pillow")
    found = [path for path in samples("dogs", "patterns") if path.endswith(".png")]
    if os.path.isdir(suite):
        # Pillow takes the transparent value of gray below and above eight bits for one of eight.
        unlike = ("x", "tbbn0g04", "tbwn0g16")
        found += [os.path.join(suite, name) for name in sorted(os.listdir(suite)) if not name.startswith(unlike)]
    same = 0
    for path in found:
        out = os.path.join(scratch, "out")
        status, files, error = run(path, "--out", out, "--size", "100%", "--icc", "keep")
        expect(status == 0, f"{path}: {status}: {error[-300:]}")
        with Image.open(path) as picture, Image.open(os.path.join(out, os.path.basename(path))) as made:
            # Sixteen bits a sample: Pillow shows the upper eight of both, but for gray.
            wanted, there = picture.convert("RGBA"), made.convert("RGBA")
            expect(wanted.size == there.size, f"{path}: {there.size}")
            # The colour of what is wholly transparent is nobody's.
            clear = Image.new("RGBA", wanted.size)
            wanted, there = (Image.composite(one, clear, one.getchannel("A").point(lambda value: 255 * (value > 0)))
                             for one in (wanted, there))
            expect(wanted.tobytes() == there.tobytes(), f"{path}: other pixels")
        same += 1
    return f"{same} files"


@promise(13, "20 simultaneous pairs into one folder: one of them 0, the other 0 or 73, and every picture whole")
def pairs(scratch):
    source = copies(scratch, 40)
    refused = 0
    for number in range(20):
        out = os.path.join(scratch, f"out-{number}")
        command = [IMGBATCH, "resize", source, "--out", out, "--quiet", "--mode", MODES[number % 3]]
        pair = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        words = [child.communicate(timeout=60)[1] for child in pair]
        statuses = sorted(child.returncode for child in pair)
        expect(statuses in ([0, 0], [0, 73]), f"{statuses}: {words}")
        refused += statuses[1] == 73
        expect(all("another run" in text for child, text in zip(pair, words) if child.returncode == 73), str(words))
        expect(check_all_whole(out) == 40 and not temporaries(out), "a picture is missing, or a temporary is left")
    return f"{refused} of 20 were refused"


@promise(14, "ulimit -n 24: the run goes on and no file is lost")
def few_descriptors(scratch):
    source = copies(scratch, 60)
    for mode in MODES:
        out = os.path.join(scratch, mode)
        status, files, error = run(source, "--out", out, "--mode", mode, "--jobs", "4", limits={resource.RLIMIT_NOFILE: 24})
        expect(status in (0, 1), f"{mode}: status {status}: {error[-300:]}")
        failed = [event["error"]["message"] for event in files.values() if event["status"] == "failed"]
        expect(all("EMFILE" in message for message in failed), f"{mode}: {failed[:1]}")
        written = [event for event in files.values() if event["status"] == "written"]
        expect(len(tree(out)) == len(written), f"{mode}: {len(written)} told as written")


@promise(14, "EACCES: what a user may not read or write is named, and the rest is made")
def no_access(scratch):
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        raise Skipped("needs root and setpriv to become another user")
    os.chmod(scratch, 0o755)
    source = copies(scratch, 6)
    locked = sorted(os.listdir(source))[:2]
    for name in locked:
        os.chmod(os.path.join(source, name), 0)
    os.mkdir(os.path.join(source, "closed"), 0o700)
    shutil.copy(os.path.join(SAMPLES, "dogs/rex.jpg"), os.path.join(source, "closed"))
    out = os.path.join(scratch, "out")
    os.mkdir(out)
    os.chown(out, 65534, 65534)
    shutil.copy(IMGBATCH, scratch)
    shutil.copy(IMGBATCH + "-worker", scratch)
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all")
    global_path, status = globals()["IMGBATCH"], None
    try:
        globals()["IMGBATCH"] = os.path.join(scratch, os.path.basename(global_path))
        for mode in MODES:
            status, files, error = run(source, "--out", out, "--mode", mode, prefix=nobody)
            expect(status == 1, f"{mode}: status {status}: {error[-300:]}")
            failed = {os.path.basename(name): event["error"] for name, event in files.items() if event["status"] == "failed"}
            expect(set(failed) == {os.fsencode(name) for name in [*locked, "closed"]}, f"{mode}: {failed}")
            expect(all("EACCES" in error["message"] for error in failed.values()), str(failed))
            expect(len(tree(out)) == 4, f"{mode}: {len(tree(out))} outputs")
        status, files, error = run(source, "--out", os.path.join(scratch, "other"), prefix=nobody)
        expect(status == 73 and "EACCES" in error, f"a folder that may not be made: {status}: {error}")
    finally:
        globals()["IMGBATCH"] = global_path


@promise(15, "flat memory and descriptors over 200,000 files, at most 100 bytes a path")
def flat(scratch):
    room = "/dev/shm" if os.path.isdir("/dev/shm") else scratch
    count = int(os.environ.get("SOAK_FILES", "200000"))
    if os.statvfs(room).f_bavail * os.statvfs(room).f_frsize < count * 15_000:
        raise Skipped(f"{room} has less than {count * 15_000 / 1e9:.0f} GB")
    with tempfile.TemporaryDirectory(dir=room, prefix="imgbatch-soak-") as fast:
        source = os.path.join(fast, "in")
        tiny(source, count)
        few = os.path.join(fast, "few")
        tiny(few, 2000)
        least = sampled([few, "--out", os.path.join(fast, "out-few")])
        most = sampled([source, "--out", os.path.join(fast, "out")])
        made = sum(len(names) for folder, _, names in os.walk(os.path.join(fast, "out")) if folder != os.path.join(fast, "out"))
    expect(least["status"] == 0 and most["status"] == 0, f"status {least['status']}, {most['status']}")
    expect(made == count, f"{made} outputs of {count}")
    each = (most["peak"] - least["peak"]) * 1024 / count
    expect(each <= 100, f"{each:.0f} bytes a path ({least['peak']} to {most['peak']} KB)")
    expect(most["descriptors"] <= least["descriptors"] + 2, f"{least['descriptors']} to {most['descriptors']} descriptors")
    third, last = (
        max((memory for moment, memory in most["memory"] if begin < moment / most["seconds"] <= begin + 0.25), default=0)
        for begin in (0.5, 0.75))
    expect(last - third < 1024, f"{third} KB in the third quarter, {last} KB in the last")
    return f"{each:.0f} bytes a path, peak {most['peak']} KB, {most['descriptors']} descriptors, {most['seconds']:.0f} s"


def tiny(folder, count):
    """Hard links of 20 files of a few pixels, a thousand a folder."""
    os.makedirs(folder)
    seeds = []
    for number in range(20):
        path = os.path.join(folder, f".seed-{number}.png")
        write_giant(path, 4 + number, 5)
        seeds.append(path)
    for number in range(count):
        album = os.path.join(folder, f"album-{number // 1000:04d}")
        if number % 1000 == 0:
            os.mkdir(album)
        os.link(seeds[number % 20], os.path.join(album, f"IMG_{number:07d}.png"))


def resident(process):
    """Proportional share of a process in KB: what processes share is counted once."""
    try:
        with open(f"/proc/{process}/smaps_rollup") as rollup:
            return next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def children(process):
    try:
        with open(f"/proc/{process}/task/{process}/children") as names:
            found = names.read().split()
        for thread in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{thread}/children") as names:
                found += names.read().split()
        return set(found)
    except OSError:
        return set()


def sampled(arguments, family=False):
    """Runs imgbatch resize and looks at it: memory and descriptors, with `family` the memory of its workers too."""
    child = subprocess.Popen([IMGBATCH, "resize", *arguments, "--quiet"], stdout=subprocess.DEVNULL)
    began = time.monotonic()
    memory, descriptors, together, peak = [], 0, 0, 0
    while child.poll() is None:
        try:
            descriptors = max(descriptors, len(os.listdir(f"/proc/{child.pid}/fd")))
            with open(f"/proc/{child.pid}/status") as status:
                fields = dict(line.split(":", 1) for line in status)
            memory.append((time.monotonic() - began, int(fields["VmRSS"].split()[0])))
            peak = int(fields["VmHWM"].split()[0])
            if family:
                together = max(together, sum(resident(process) for process in [child.pid, *children(child.pid)]))
        except (OSError, KeyError):
            pass
        time.sleep(0.01)
    return {"status": child.returncode, "memory": memory, "descriptors": descriptors, "peak": peak, "together": together,
            "seconds": time.monotonic() - began}


@promise(18, "only parsers of formats that are read can run: other formats under their names are refused")
def other_formats(scratch):
    source = os.path.join(scratch, "in")
    os.mkdir(source)
    kinds = {
        "tiff": b"II*\0" + bytes(100), "svg": b"<?xml version='1.0'?><svg/>", "ps": b"%!PS-Adobe-3.0\n" + bytes(50),
        "jxl": b"\xff\x0a" + bytes(60), "psd": b"8BPS" + bytes(60), "bm": b"BM" + bytes(80),
        "heic": b"\0\0\0\x18ftypheic" + bytes(60), "mvg": b"push graphic-context\nviewbox 0 0 1 1\n"}
    for kind, start in kinds.items():
        for suffix in ("jpg", "png"):
            with open(os.path.join(source, f"{kind}.{suffix}"), "wb") as file:
                file.write(start)
    status, files, _ = run(source, "--out", os.path.join(scratch, "out"))
    expect(status == 1 and len(files) == 2 * len(kinds), f"status {status}, {len(files)} files")
    codes = {event["error"]["code"] for event in files.values()}
    expect(codes <= {"unsupported", "not-an-image"}, str(codes))
    version = subprocess.run([IMGBATCH, "--version"], capture_output=True, text=True).stdout
    expect(all(name in version for name in ("libjpeg", "libpng")), f"--version says {version!r}")


def main():
    wanted = {int(number) for number in sys.argv[3:]}
    failed = 0
    for number, words, check in CHECKS:
        if wanted and number not in wanted:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="imgbatch-soak-") as scratch:
            try:
                result, more = "PASS", check(scratch)
            except Skipped as reason:
                result, more = "SKIP", str(reason)
            except (AssertionError, subprocess.SubprocessError, OSError, KeyError, ValueError) as error:
                result, more = "FAIL", f"{type(error).__name__}: {error}"
                failed += 1
            finally:
                # Paths deeper than Python's own walk likes.
                subprocess.run(["rm", "-rf", scratch], check=False)
                os.mkdir(scratch)
        print(f"{result} {number:2d} {words} ({time.monotonic() - began:.1f} s)" + (f": {more}" if more else ""), flush=True)
    if not DECODER:
        print("neither Pillow nor djpeg and pngtopnm are there: outputs were looked at, not decoded")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
