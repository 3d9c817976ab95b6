#!/usr/bin/env python3
"""Damages images and runs the whole program on them in every mode. It must not crash or fail an image as `internal`, and every
mode must give the same status, the same error and the same bytes.

usage: runs.py IMGBATCH DECODE_FUZZ SECONDS SEED [jpeg|png|webp|gif|bmp|heic|avif|tiff|jxl|dng|nef|...|all [SAMPLE...]]

Damaged copies come from `decode-fuzz write`, which knows the structure of JPEG and PNG; a run gets many of them. Each round uses
one of RECIPES. A file that shows a difference stays in fuzz-findings/. Exits with 1 if there is one. A worker process that dies in
a library that only worker processes open is not a difference, but is counted.
"""
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

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MODES = ("threads", "serial", "processes")
RECIPES = (
    ("--size", "64"),
    ("--size", "100%"),
    ("--size", "16", "--fit", "cover"),
    ("--size", "3000"),
    ("--size", "40x60", "--fit", "cover", "--gravity", "entropy", "--format", "png"),
    ("--size", "64", "--gray", "--format", "jpeg"),
    ("--size", "96", "--metadata", "keep", "--icc", "srgb"),
    ("--size", "50%", "--linear"),
    ("--size", "64", "--fail-on", "never"),
    ("--size", "100%", "--fail-on", "never", "--format", "png"),
    ("--size", "32", "--fail-on", "warning"),
)
SUFFIXES = {
    "jpeg": ".jpg", "png": ".png", "webp": ".webp", "gif": ".gif", "bmp": ".bmp", "heic": ".heic", "avif": ".avif",
    "tiff": ".tif", "jxl": ".jxl",
    **{raw: "." + raw for raw in ("dng", "nef", "cr2", "cr3", "arw", "orf", "rw2", "pef", "raf")}}
ISOLATED = (".heic", ".avif", ".tif", ".jxl")
# Damaged copies per round.
COPIES = 72
# Seconds for a round in one mode. An image that takes forever is a finding as well.
TIMEOUT = 300


def samples(kind):
    suffixes = [SUFFIXES[kind]] if kind in SUFFIXES else list(SUFFIXES.values())
    files = [path for path in sorted((ROOT / "samples").rglob("*")) if path.suffix in suffixes]
    return [os.fspath(path) for path in files if 0 < path.stat().st_size < 200_000]


def outcomes(imgbatch, folder, recipe, mode, out):
    """The outcome of each image, by name: status, error code, and digest of the output."""
    command = [
        imgbatch, "resize", os.fspath(folder), "--out", os.fspath(out), "--mode", mode, "--json", "--quiet", "--max-pixels",
        "4000000", *recipe]
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT)
    result = {}
    for line in run.stdout.splitlines():
        event = json.loads(line)
        if event.get("event") != "file":
            continue
        name = os.path.basename(event["source"])
        output = event.get("output")
        digest = hashlib.sha256(pathlib.Path(output).read_bytes()).hexdigest() if output else None
        result[name] = (event["status"], event.get("error", {}).get("code"), digest)
    return run, result


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    imgbatch, decode_fuzz = (os.path.abspath(path) for path in sys.argv[1:3])
    seconds, seed = float(sys.argv[3]), int(sys.argv[4])
    kind = sys.argv[5] if len(sys.argv) > 5 else "all"
    files = [os.path.abspath(path) for path in sys.argv[6:]] or samples(kind)
    findings = ROOT / "fuzz-findings"
    end, rounds, tried, bad, written, crashed = time.monotonic() + seconds, 0, 0, 0, 0, 0
    print(f"runs: {kind}, seed {seed}, {len(files)} samples, {seconds:g} s", flush=True)
    while time.monotonic() < end:
        numbers = random.Random(seed + rounds)
        recipe = RECIPES[rounds % len(RECIPES)]
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            folder = scratch / "in"
            folder.mkdir()
            chosen = numbers.sample(files, min(len(files), 12))
            subprocess.run(
                [decode_fuzz, "write", str(COPIES // len(chosen)), str(seed + rounds * 1000), os.fspath(folder), *chosen], check=True)
            results = {}
            for mode in MODES:
                try:
                    run, results[mode] = outcomes(imgbatch, folder, recipe, mode, scratch / mode)
                except subprocess.TimeoutExpired:
                    print(f"round {rounds}, {mode}, {' '.join(recipe)}: not done in {TIMEOUT} s")
                    shutil.copytree(folder, findings / f"seed-{seed + rounds}-hang", dirs_exist_ok=True)
                    sys.exit(1)
                if run.returncode not in (0, 1):
                    bad += 1
                    shutil.copytree(folder, findings / f"seed-{seed + rounds}-status", dirs_exist_ok=True)
                    words = run.stderr.decode(errors="replace")[-400:]
                    print(f"round {rounds}, {mode}, {' '.join(recipe)}: ended with {run.returncode}: {words}", flush=True)
            for name in sorted(os.listdir(folder)):
                tried += 1
                told = {mode: results[mode].get(name) for mode in MODES}
                written += told["threads"] is not None and told["threads"][0] == "written"
                codes = [one[1] for one in told.values() if one is not None]
                if name.endswith(ISOLATED) and "worker-crashed" in codes:
                    crashed += 1
                    continue
                is_internal = "internal" in codes or "worker-crashed" in codes
                if len(set(told.values())) == 1 and told["threads"] is not None and not is_internal:
                    continue
                bad += 1
                findings.mkdir(exist_ok=True)
                shutil.copy(folder / name, findings / f"seed-{seed + rounds}-{name}")
                print(f"round {rounds}, {' '.join(recipe)}: {name}: {told}", flush=True)
        rounds += 1
    print(f"runs: {tried} files in {rounds} rounds of {len(MODES)} modes, {written} written, "
          f"{crashed} ended a library, {bad} findings")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
