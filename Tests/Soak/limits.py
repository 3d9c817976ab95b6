#!/usr/bin/env python3
"""Small files that cost much, and the limits that have to hold against them, in every mode: memory of the whole process tree,
wall time of --timeout, the start of a worker.

usage: limits.py IMGBATCH [NAME...]

Each check prints PASS or FAIL, its name and what it measured; any FAIL ends with 1. The inputs are made here.
"""
import os
import pathlib
import random
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fuzz", "WholeRuns"))
from imagefiles import GRAY, RGB, RGBA, chunk, jpeg, png, segment
from measured import Run

MODES = ("threads", "serial", "processes")
TIMEOUT = 2
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def expect(condition, words):
    if not condition:
        raise AssertionError(words)


def run(source, out, mode, *options, memory="256M", jobs="1"):
    """A run of one worker, so that the time from one event to the next is an image's."""
    extra = ["--jobs", jobs] if mode != "serial" else []
    done = Run([IMGBATCH, "resize", os.fspath(source), "--out", os.fspath(out), "--mode", mode, "--json", "--quiet", "--max-memory",
                memory, "--timeout", str(TIMEOUT), *extra, *options], limit=300)
    expect(done.status in (0, 1), f"{mode}: status {done.status}: {done.words[-200:]}")
    for name, event in done.files.items():
        expect(event.get("error", {}).get("code") not in ("internal", "worker-crashed"), f"{mode}: {name}: {event.get('error')}")
    return done


def held(scratch, name, images, *options, jobs="2", memory=256):
    """Images with these options stay within the memory and a tenth, in every mode, with the same verdicts."""
    source = scratch / name
    source.mkdir()
    for index, (suffix, data) in enumerate(images):
        (source / f"{index:02d}.{suffix}").write_bytes(data)
    peaks, verdicts = [], []
    for mode in MODES:
        done = run(source, scratch / f"{name}-{mode}", mode, *options, jobs=jobs, memory=f"{memory}M")
        shutil.rmtree(scratch / f"{name}-{mode}", ignore_errors=True)
        expect(done.peak <= memory * 1024 * 11 // 10, f"{name}, {mode}: {done.peak / 1024:.0f} MiB")
        peaks.append(f"{done.peak / 1024:.0f}")
        verdicts.append({key: event.get("error", {}).get("code", "written") for key, event in done.files.items()})
    differing = [key for key in verdicts[0] if len({one.get(key) for one in verdicts} - {"timeout"}) > 1]
    expect(not differing, f"{name}: other verdicts: {[{key: one.get(key) for key in differing} for one in verdicts]}")
    written = sum(word == "written" for word in verdicts[0].values())
    return f"{name} {'/'.join(peaks)} MiB, {written} of {len(images)} written"


@check
def memory(scratch):
    """--max-memory 256M holds: enlarged lines, lines of many lengths, progressive giants, metadata that are large"""
    line = png(1_000_000, 1, 8, RGBA)
    # Each length has its own weights of resampling.
    thin = [("png", png(1, 1_000_000 - 7 * index, 8, RGB)) for index in range(60)]
    xmp = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(100 << 20).replace(b"\0", b"x"))
    text = chunk(b"iTXt", xmp)
    return "; ".join((
        held(scratch, "enlarged", [("png", line), ("png", png(1, 1))], "--fit", "fill", "--upscale", "--size", "256x256", memory=1024),
        held(scratch, "more enlarged", [("png", line), ("png", png(1, 1))], "--fit", "fill", "--upscale", "--size", "1000x1000",
             memory=1024),
        held(scratch, "thin", thin, "--size", "256", jobs="8"),
        held(scratch, "progressive", [("jpg", jpeg(20000, 9000 + 8 * index, progressive=True)) for index in range(3)]),
        held(scratch, "texts", [("png", png(9, 9, extra=text))] * 4, "--metadata", "keep"),
        held(scratch, "plain", [("png", png(5000, 4000 + index, 8, RGBA)) for index in range(4)], "--size", "100%")))


@check
def a_small_budget(scratch):
    """--mode processes does at 64 MB what threads does there"""
    images = [("jpg", jpeg(400 + 10 * index, 300)) for index in range(8)] + [("png", png(500, 400 + index)) for index in range(8)]
    return held(scratch, "small", images, jobs="2", memory=64)


def many_entries(count):
    """An EXIF directory of entries that all lead back to it."""
    entries = struct.pack(">HHII", 0x8825, 4, 1, 8) * count
    return b"MM\0*" + struct.pack(">IH", 8, count) + entries + bytes(4)


def profile(space, tags):
    """A profile with these tags, each as its name and bytes; those with the same bytes are one place."""
    places, body, start = {}, b"", 128 + 4 + 12 * len(tags)
    for _, data in tags:
        if data not in places:
            places[data] = (start + len(body), len(data))
            body += data + bytes(-len(data) % 4)
    table = struct.pack(">I", len(tags)) + b"".join(name + struct.pack(">II", *places[data]) for name, data in tags)
    head = struct.pack(">I4s4s4s4s4s", 128 + len(table) + len(body), b"lcms", b"\x04\x40\0\0", b"scnr", space, b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3I", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + table + body


def stages(count):
    """A pipeline of as many matrices, all at one place."""
    matrix = b"matf\0\0\0\0" + struct.pack(">HH", 3, 3) + struct.pack(">12f", .5, .5, 0, 0, .5, .5, .5, 0, .5, 0, 0, 0)
    return b"mpet\0\0\0\0" + struct.pack(">HHI", 3, 3, count) + struct.pack(">II", 16 + 8 * count, len(matrix)) * count + matrix


def with_profile(data, width=300, height=200):
    return "png", png(width, height, 8, RGB, numbers=random.Random(1), extra=chunk(b"iCCP", b"x\0\0" + zlib.compress(data, 9)))


@check
def timeout(scratch):
    """--timeout 2 holds within a second: profiles, EXIF, XMP, encoders, crops, many scans"""
    white = (b"wtpt", b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061))
    curve = b"curv\0\0\0\0" + struct.pack(">I", 2_000_000) + bytes(4_000_000)
    grid = b"mft2\0\0\0\0" + bytes([3, 3, 120, 0]) + struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    grid += struct.pack(">HH", 2, 2) + bytes(12 + 6 * 120 ** 3 + 12)
    sets = {
        "stages": ([with_profile(profile(b"RGB ", [(b"D2B1", stages(500_000)), white]))] * 3 + [("png", png(9, 9))],
                   ["--icc", "srgb", "--format", "jpeg"]),
        "curves": ([with_profile(profile(b"RGB ", [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")] + [white] + [
            (name, b"XYZ \0\0\0\0" + struct.pack(">3i", 30000, 30000, 30000)) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]))] * 2,
            ["--icc", "srgb"]),
        "grid": ([with_profile(profile(b"RGB ", [(b"A2B0", grid), white]), 2000, 2000)] * 2, ["--icc", "srgb", "--size", "100%"]),
        "EXIF": ([("png", png(64, 48, extra=chunk(b"eXIf", many_entries(count)))) for count in (60, 5000, 60000)]
                 + [("jpg", jpeg(64, 48, extra=segment(0xE1, b"Exif\0\0" + many_entries(5000))))], ["--metadata", "keep"]),
        "XMP": ([("png", png(64, 48, extra=chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + body * (4_000_000 // len(body)))))
                 for body in (b"<a>", b"<a b='", b"<!--", b"xmlns:a='b' ", b"&lt;")], ["--metadata", "keep"]),
        "encoders": ([("png", png(9000, 6000, 8, RGB, numbers=random.Random(2)))], ["--size", "100%", "--png-level", "9"]),
        "progressive": ([("png", png(9000, 6000, 8, RGB, numbers=random.Random(2)))],
                        ["--size", "100%", "--format", "jpeg", "--progressive", "--quality", "100"]),
        "crop": ([("png", png(12000, 8000, 8, RGB, numbers=random.Random(3)))],
                 ["--size", "11000x7000", "--fit", "cover", "--gravity", "entropy"]),
        "linear": ([("png", png(9000, 6000, 8, RGBA, numbers=random.Random(4)))], ["--size", "5000", "--linear"]),
    }
    longest = []
    for name, (images, options) in sets.items():
        source = scratch / name
        source.mkdir()
        # One that is quick comes first: the time of the others is the time from the event before.
        (source / "quick.png").write_bytes(png(20000, 4000, 8, GRAY))
        for index, (suffix, data) in enumerate(images):
            (source / f"{index:02d}.{suffix}").write_bytes(data)
        for mode in MODES:
            done = run(source, scratch / f"{name}-{mode}", mode, *options, memory="1G")
            shutil.rmtree(scratch / f"{name}-{mode}", ignore_errors=True)
            worst = max(done.gaps.items(), key=lambda one: one[1])
            expect(worst[1] <= TIMEOUT + 1, f"{name}, {mode}: {worst[0]} took {worst[1]:.1f} s")
            longest.append((worst[1], f"{name}, {mode}"))
    seconds, where = max(longest)
    return f"longest {seconds:.2f} s ({where})"


@check
def worker_start(scratch):
    """a worker is there, confined, within 5 ms of its start (median of 50)"""
    # What a run says first to a worker is kept by one that does nothing else.
    folder = scratch / "bin"
    folder.mkdir()
    shutil.copy(IMGBATCH, folder / "imgbatch")
    keeper = folder / "imgbatch-worker"
    keeper.write_text(f"#!{os.path.realpath(sys.executable)}\nimport socket\nend = socket.socket(fileno=0)\n"
                      f"open({os.fspath(folder / 'greeting')!r}, 'wb').write(end.recv(65536))\n")
    keeper.chmod(0o755)
    (scratch / "one.png").write_bytes(png(9, 9))
    subprocess.run([folder / "imgbatch", "resize", scratch / "one.png", "--out", scratch / "out", "--mode", "processes", "--jobs", "1"],
                   capture_output=True, timeout=60)
    greeting = (folder / "greeting").read_bytes()
    # Its last number is the process that the worker works for.
    greeting = greeting[:-8] + os.getpid().to_bytes(8, "little")
    worker = os.path.join(os.path.dirname(IMGBATCH), "imgbatch-worker")
    times, work = [], []
    for _ in range(50):
        ours, its = socket.socketpair()
        ours.settimeout(20)
        began = time.perf_counter()
        process = os.posix_spawn(worker, [worker], {}, file_actions=[(os.POSIX_SPAWN_DUP2, its.fileno(), 0)])
        its.close()
        ours.sendall(greeting)
        expect(len(ours.recv(4096)) > 4, "no report")
        times.append((time.perf_counter() - began) * 1000)
        ours.close()
        usage = os.wait4(process, 0)[2]
        work.append((usage.ru_utime + usage.ru_stime) * 1000)
    middle = statistics.median(times)
    words = f"{middle:.2f} ms ({min(times):.2f} to {max(times):.2f}), of which {statistics.median(work):.2f} ms of CPU"
    # A machine that has other work makes it wait; what it does itself counts as well.
    expect(min(middle, statistics.median(work)) < 5, words)
    return words


def main():
    failed = 0
    for one in CHECKS:
        if sys.argv[2:] and one.__name__ not in sys.argv[2:]:
            continue
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="imgbatch-limits-") as scratch:
            try:
                result, more = "PASS", one(pathlib.Path(scratch))
            except (AssertionError, subprocess.SubprocessError, OSError, KeyError, ValueError) as error:
                result, more = "FAIL", f"{type(error).__name__}: {error}"
                failed += 1
        print(f"{result} {one.__doc__} ({time.monotonic() - began:.1f} s): {more}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    IMGBATCH = os.path.abspath(sys.argv[1])
    main()
