#!/usr/bin/env python3
"""How near thumbnails come to the best that could be: PSNR against a full decode and Lanczos 3 in floating point.

usage: quality.py path/to/imgbatch FOLDER [SIZE [COUNT]]

The first COUNT pictures of FOLDER (all of them) become PNGs of SIZE (256), so that no JPEG encoder hides a difference; the
reference is Pillow's decoder and its resampling of single channels in floats. Needs Pillow and numpy.
"""
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image


def reference(path, size):
    with Image.open(path) as picture:
        picture = picture.convert("RGB")
    channels = [numpy.asarray(c.convert("F").resize(size, Image.Resampling.LANCZOS)) for c in picture.split()]
    return numpy.clip(numpy.rint(numpy.stack(channels, axis=2)), 0, 255)


def psnr(ours, theirs):
    error = numpy.mean((ours.astype(float) - theirs) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def main():
    imgbatch, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    pictures = sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
    size = sys.argv[3] if len(sys.argv) > 3 else "256"
    pictures = pictures[: int(sys.argv[4])] if len(sys.argv) > 4 else pictures
    with tempfile.TemporaryDirectory() as out:
        names = "\0".join(os.fspath(p.relative_to(folder)) for p in pictures)
        command = [imgbatch, "resize", "--files-from", "-", "-0", "--out", out, "--size", size, "--format", "png", "--quiet"]
        subprocess.run(command, input=names, text=True, cwd=folder, check=True)
        values = []
        for picture in pictures:
            with Image.open(pathlib.Path(out) / picture.relative_to(folder).with_suffix(".png")) as thumbnail:
                ours = numpy.asarray(thumbnail.convert("RGB"))
            values.append((psnr(ours, reference(picture, (ours.shape[1], ours.shape[0]))), picture.name))
    worst = min(values)
    print(f"{len(values)} pictures: mean {sum(v for v, _ in values) / len(values):.2f} dB, least {worst[0]:.2f} ({worst[1]})")


if __name__ == "__main__":
    main()
