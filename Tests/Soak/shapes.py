#!/usr/bin/env python3
"""Images of extreme shapes in every mode at --max-memory 256M --timeout 2: no run may take more than a tenth above that
memory (PSS of all its processes), no image more than 3 s, no run may die, and every mode has the same verdict and bytes.

usage: shapes.py IMGBATCH [COUNT [SEED [RECIPE...]]]    COUNT images in all (10000), from SEED (1) on; numbers of recipes (all)

The images are made here: lines of up to a million pixels, sizes of a few pixels and of primes, large ones that compress to
nothing, and headers that promise more than there is. Each recipe has its part of them. Ends with 1 where anything was wrong.
"""
import collections
import hashlib
import os
import pathlib
import random
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Fuzz", "WholeRuns"))
from imagefiles import DEPTHS, GRAY, RGB, RGBA, jpeg, png, png_header
from measured import Run

MODES = ("threads", "serial", "processes")
MEMORY, TIMEOUT = 256 << 10, 2
RECIPES = [
    words.split() for words in (
        "", "--size 16 --fit cover", "--size 2000x3 --fit fill --upscale", "--size 3x2000 --fit fill --upscale",
        "--size 65500x1 --fit fill --upscale", "--size 1x65500 --fit fill --upscale", "--size 3000x3000 --fit contain --upscale",
        "--size 100x7 --fit cover --gravity entropy", "--size 300 --linear", "--size 300 --gray", "--size 50%", "--size 100%",
        "--size 200 --format jpeg --progressive --subsampling 444", "--size 64 --fit outside", "--size 900 --shrink off",
        "--size 10000x10000 --fit fill --upscale", "--size 64 --size 1000x --upscale", "--size 99% --filter mitchell --png-level 9",
        "--size 256 --metadata keep --icc srgb", "--size x300 --upscale --no-orient --format png")]
PRIMES = [n for n in range(2, 4000) if all(n % d for d in range(2, int(n ** 0.5) + 1))]


def length(numbers, most):
    """A size whose number of digits is as random as its digits."""
    return max(1, int(most ** numbers.random()))


def any_png(numbers, width, height, color=None):
    color = numbers.choice(list(DEPTHS)) if color is None else color
    return png(width, height, numbers.choice(DEPTHS[color]), color, numbers.random() < 0.2, numbers, numbers.randrange(5))


def any_jpeg(numbers, width, height):
    return jpeg(
        min(width, 65500), min(height, 65500), numbers.choice((1, 3, 3, 4)), numbers.choice(((1, 1), (2, 1), (1, 2), (2, 2))),
        numbers.random() < 0.4, numbers.choice((0, 0, 1)))


def line(numbers):
    width, height = length(numbers, 1_000_000), numbers.choice((1, 1, 1, 2, 3, 7))
    return (width, height) if numbers.random() < 0.5 else (height, width)


def lying_header(numbers):
    """More pixels in the header than in the file."""
    width, height = length(numbers, 2 ** 31 - 1), length(numbers, 2 ** 31 - 1)
    if numbers.random() < 0.5:
        width, height = max(1, width % 65500), max(1, height % 65500)
        small = jpeg(8, 8, progressive=numbers.random() < 0.5)
        place = small.index(b"\xff\xc0" if b"\xff\xc0" in small else b"\xff\xc2") + 5
        return "jpg", small[:place] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + small[place + 4:]
    data = png(16, 16, 8, RGB, numbers=numbers)
    return "png", png_header(width, height, 8, RGB) + data[33:]


def large(numbers):
    """Many pixels in few bytes."""
    width = numbers.choice((500, 5000, 20000))
    height = min(65000, numbers.randint(1_000_000, 60_000_000) // width)
    if numbers.random() < 0.5:
        return "jpg", any_jpeg(numbers, width, height)
    return "png", png(width, height, 8, numbers.choice((GRAY, RGB, RGBA)), level=1)


def image(numbers, larges):
    """An extension and the bytes of one image."""
    kind = numbers.random()
    if kind < 0.015:
        return numbers.choice(larges)
    if kind < 0.15:
        return lying_header(numbers)
    if kind < 0.45:
        width, height = line(numbers)
    elif kind < 0.7:
        width, height = numbers.randint(1, 9), numbers.randint(1, 9)
    else:
        width, height = numbers.choice(PRIMES), numbers.choice(PRIMES[:200])
        if numbers.random() < 0.5:
            width, height = height, width
    if numbers.random() < 0.5:
        return "jpg", any_jpeg(numbers, width, height)
    return "png", any_png(numbers, width, height)


def verdict(event):
    """What has to be the same in every mode."""
    if event is None:
        return None
    output = event.get("output")
    outputs = [one["output"] for one in event.get("outputs", [])] or ([output] if output else [])
    digest = [hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest() for path in outputs if os.path.exists(path)]
    return event["status"], event.get("error", {}).get("code"), tuple(digest)


class Findings(list):
    """What was wrong, said at once."""

    def append(self, words):
        super().append(words)
        print(f"FAULT {words}", flush=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    imgbatch = os.path.abspath(sys.argv[1])
    count, seed = (int(word) for word in (sys.argv[2:4] + ["10000", "1"][len(sys.argv[2:4]):]))
    wanted = [int(word) for word in sys.argv[4:]] or range(len(RECIPES))
    findings, codes, timeouts, differ = Findings(), collections.Counter(), 0, 0
    worst_memory, worst_time, runs, began = (0, ""), (0.0, ""), 0, time.monotonic()
    for number in wanted:
        recipe, numbers = RECIPES[number], random.Random(seed * 1000 + number)
        with tempfile.TemporaryDirectory(prefix="imgbatch-shapes-") as scratch:
            source = pathlib.Path(scratch) / "in"
            source.mkdir()
            larges = [large(numbers) for _ in range(4)]
            names = []
            for index in range(count // len(RECIPES)):
                suffix, data = image(numbers, larges)
                names.append(f"{index:05d}.{suffix}")
                (source / names[-1]).write_bytes(data)
            jobs, told = str(1 + number % 3), {}
            for mode in MODES:
                out = os.path.join(scratch, mode)
                command = [imgbatch, "resize", os.fspath(source), "--out", out, "--mode", mode, "--json", "--quiet",
                           "--max-memory", "256M", "--timeout", str(TIMEOUT), *recipe]
                run = Run(command + (["--jobs", jobs] if mode != "serial" else []))
                runs += 1
                where = f"recipe {number} ({' '.join(recipe) or 'none'}), {mode}"
                worst_memory = max(worst_memory, (run.peak, where))
                if run.peak > MEMORY * 11 // 10:
                    findings.append(f"{where}: {run.peak / 1024:.0f} MiB")
                if run.status not in (0, 1):
                    findings.append(f"{where}: status {run.status}: {run.words[-300:]}")
                files = run.files
                times = run.gaps if mode == "serial" or jobs == "1" else {
                    name: sum(event.get("seconds", {}).values()) for name, event in files.items()}
                for name, seconds in times.items():
                    worst_time = max(worst_time, (seconds, f"{where}: {name}"))
                    if seconds > TIMEOUT + 1:
                        findings.append(f"{where}: {name} took {seconds:.1f} s")
                        keep(source / name)
                told[mode] = {name: verdict(files.get(name)) for name in names}
                shutil.rmtree(out, ignore_errors=True)
            for name in names:
                all_told = {mode: told[mode][name] for mode in MODES}
                codes[(all_told["threads"] or ("lost",))[:2]] += 1
                results = set(all_told.values())
                if any(one is None or one[1] in ("internal", "worker-crashed") for one in results):
                    findings.append(f"recipe {number}: {name}: {all_told}")
                    keep(source / name)
                elif any(one[1] == "timeout" for one in results):
                    # Whether 2 s are enough may depend on the moment; that it is 2 s does not.
                    timeouts += 1
                elif len(results) > 1:
                    differ += 1
                    words = {mode: one[:2] for mode, one in all_told.items()}
                    findings.append(f"recipe {number} ({' '.join(recipe)}): {name} differs: {words}")
                    keep(source / name)
        print(f"recipe {number:2d}: {len(findings)} findings so far, {time.monotonic() - began:.0f} s", flush=True)
    print("verdicts: " + ", ".join(f"{' '.join(filter(None, key))} {value}" for key, value in codes.most_common()))
    print(f"{sum(codes.values())} images, {runs} runs in {time.monotonic() - began:.0f} s; most memory {worst_memory[0] / 1024:.0f} "
          f"MiB ({worst_memory[1]}); longest image {worst_time[0]:.2f} s ({worst_time[1]}); {timeouts} timeouts, {differ} "
          f"other than in another mode; {len(findings)} findings")
    sys.exit(1 if findings else 0)


def keep(path):
    folder = pathlib.Path("shape-findings")
    folder.mkdir(exist_ok=True)
    shutil.copy(path, folder)


if __name__ == "__main__":
    main()
