#!/usr/bin/env python3
"""Checks that thumbnails of the JPEGs in folders do not depend on the order, the mode or the decoder.

usage: cover.py IMGBATCH FOLDER...

Each image is cropped (--fit cover) to each of SIZES: with threads; in reverse order by one thread; in processes; and by libjpeg
with every warning as a failure, which decodes every image completely. A crop that contains samples that were never decoded
shows here, because they depend on the previous images. Outputs that one run writes and another refuses are compared only if
both runs have the same --fail-on rule. Exits with 1 if a byte differs.
"""
import hashlib
import os
import pathlib
import subprocess
import sys
import tempfile

SIZES = ("16", "32", "64x100", "100", "128", "256")
REFERENCE = ("forward", False, ("--mode", "threads"))
RUNS = (
    ("reverse order, one thread", True, ("--mode", "serial")),
    ("processes", False, ("--mode", "processes")),
    ("libjpeg, --fail-on warning", False, ("--mode", "threads", "--decoder", "libjpeg", "--fail-on", "warning")),
)


def jpegs(folder):
    return sorted(
        os.fspath(path.relative_to(folder)) for path in folder.rglob("*")
        if path.suffix.lower() in (".jpg", ".jpeg") and path.is_file())


def digests(imgbatch, folder, names, size, options):
    """The digests of the outputs that were written, by name."""
    with tempfile.TemporaryDirectory() as out:
        command = [imgbatch, "resize", "--files-from", "-", "-0", "--out", out, "--size", size, "--fit", "cover", "--quiet"]
        made = subprocess.run(
            [*command, *options], input="\0".join(names), text=True, cwd=folder, stderr=subprocess.DEVNULL)
        if made.returncode not in (0, 1):
            sys.exit(f"cover: {' '.join(options)} at {size} ended with {made.returncode}")
        root = pathlib.Path(out)
        files = [path for path in root.rglob("*") if path.is_file() and not path.name.startswith(".")]
        return {os.fspath(path.relative_to(root)): hashlib.sha256(path.read_bytes()).digest() for path in files}


def main():
    imgbatch, folders = os.path.abspath(sys.argv[1]), [pathlib.Path(name) for name in sys.argv[2:]]
    if not folders:
        sys.exit(__doc__)
    differing = 0
    for folder in folders:
        names = jpegs(folder)
        for size in SIZES:
            wanted = digests(imgbatch, folder, names, size, REFERENCE[2])
            results = []
            for title, is_reversed, options in RUNS:
                order = names[::-1] if is_reversed else names
                made = digests(imgbatch, folder, order, size, options)
                both = wanted.keys() & made.keys()
                wrong = sorted(name for name in both if wanted[name] != made[name])
                same = len(both) - len(wrong)
                if "--fail-on" not in options:
                    wrong += sorted(wanted.keys() ^ made.keys())
                for name in wrong[:5]:
                    print(f"{folder}/{name} at {size}: {title} differs from {REFERENCE[0]}")
                differing += len(wrong)
                results.append(f"{title}: {same} of {len(both)} the same")
            print(f"{folder} at {size}, {len(names)} JPEGs, {len(wanted)} written; " + "; ".join(results), flush=True)
    print(f"cover: {differing} outputs differ")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
