#!/usr/bin/env python3
"""How near thumbnails come to the best that could be: PSNR against a full decode and Lanczos 3 in floating point.

usage: quality.py path/to/imgbatch FOLDER [SIZE [COUNT]]

The first COUNT pictures of FOLDER (all of them) become PNGs of SIZE (256), so that no JPEG encoder hides a difference; the
reference is Pillow's decoder and its resampling of single channels in floats, which are not rounded: a perfect thumbnail has
58.9 dB, or more where the picture is flat. Needs Pillow and numpy.
"""
import concurrent.futures
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

Image.MAX_IMAGE_PIXELS = None


def channels_of(picture):
    """The channels in floats: RGB, or RGB times alpha, and alpha, where colors under transparent pixels do not matter."""
    if "A" not in picture.getbands() and "transparency" not in picture.info:
        return [numpy.asarray(c, dtype=numpy.float32) for c in picture.convert("RGB").split()]
    *colors, alpha = [numpy.asarray(c, dtype=numpy.float32) for c in picture.convert("RGBA").split()]
    return [c * alpha / 255 for c in colors] + [alpha]


def reference(path, size):
    with Image.open(path) as picture:
        channels = channels_of(picture)
    resized = [numpy.asarray(Image.fromarray(c).resize(size, Image.Resampling.LANCZOS)) for c in channels]
    return numpy.clip(numpy.stack(resized, axis=2), 0, 255)


def psnr(ours, theirs):
    error = numpy.mean((ours - theirs) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def of_picture(picture, thumbnails):
    """The PSNR of several thumbnails of a picture."""
    references, values = {}, []
    for path in thumbnails:
        with Image.open(path) as thumbnail:
            size, channels = thumbnail.size, channels_of(thumbnail)
        if size not in references:
            references[size] = reference(picture, size)
        theirs = references[size]
        if len(channels) != theirs.shape[2]:
            # Written without alpha, or with one that is opaque.
            with Image.open(path) as thumbnail:
                channels = channels_of(thumbnail.convert("RGBA" if theirs.shape[2] == 4 else "RGB"))
        values.append(psnr(numpy.stack(channels, axis=2), theirs))
    return values


def of_pictures(pairs):
    """For each pair of a picture and its thumbnails, their values, on all cores."""
    with concurrent.futures.ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        return list(pool.map(of_picture, *zip(*pairs)))


def make(imgbatch, folder, pictures, size, out):
    """Makes PNGs of pictures of the folder, and returns their paths."""
    names = "\0".join(os.fspath(p.relative_to(folder)) for p in pictures)
    command = [imgbatch, "resize", "--files-from", "-", "-0", "--out", out, "--size", str(size), "--format", "png", "--quiet"]
    subprocess.run(command, input=names, text=True, cwd=folder, check=True)
    return [pathlib.Path(out) / p.relative_to(folder).with_suffix(".png") for p in pictures]


def pictures_of(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))


def main():
    imgbatch, folder = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    size = sys.argv[3] if len(sys.argv) > 3 else "256"
    pictures = pictures_of(folder)
    pictures = pictures[: int(sys.argv[4])] if len(sys.argv) > 4 else pictures
    with tempfile.TemporaryDirectory() as out:
        thumbnails = make(imgbatch, folder, pictures, size, out)
        values = [v for v, in of_pictures([(p, [t]) for p, t in zip(pictures, thumbnails)])]
    worst, name = min(zip(values, (p.name for p in pictures)))
    differing = [v for v in values if v < math.inf]
    mean = statistics.mean(differing) if differing else math.inf
    print(
        f"{len(values)} pictures: mean of the {len(differing)} that differ {mean:.2f} dB, median {statistics.median(values):.2f}, "
        f"least {worst:.2f} ({name})"
    )


if __name__ == "__main__":
    main()
