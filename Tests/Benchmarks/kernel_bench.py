#!/usr/bin/env python3
"""The resampler beside Pillow's (Lanczos) and OpenCV's (INTER_AREA): CPU time of one thread, medians of interleaved runs.

usage: kernel_bench.py path/to/kernel-bench [rounds]

Needs Pillow, numpy and opencv-python. Each round runs every contestant on every shape, so that a machine's changes of
speed touch all alike; ratios are the result, not the times. Pillow's four channels are RGBX, which it does not
premultiply.
"""
import json
import os
import statistics
import subprocess
import sys
import time

import cv2
import numpy
import PIL
from PIL import Image

SHAPES = [
    (name, width, height, channels, to_width, to_height)
    for name, width, height, to_width, to_height in (
        ("16 MP to 1/4", 4928, 3264, 1232, 816),
        ("8 MP to 256", 3264, 2448, 256, 192),
        ("500x375 to 224", 500, 375, 224, 168),
    )
    for channels in (1, 3, 4)
]
MODES = {1: "L", 3: "RGB", 4: "RGBX"}
RUNS = 3


def timed(function, runs):
    times = []
    for run in range(runs + 1):
        start = time.thread_time()
        function()
        if run:
            times.append((time.thread_time() - start) * 1e6)
    return times


def ours(bench, shape, instructions):
    _, width, height, channels, to_width, to_height = shape
    numbers = (width, height, channels, to_width, to_height, RUNS)
    output = subprocess.run(
        [bench, "resize", *map(str, numbers)], check=True, capture_output=True, env={**os.environ, "IMGBATCH_SIMD": instructions}
    ).stdout
    return json.loads(output)["microseconds"]


def main():
    bench, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5
    cv2.setNumThreads(1)
    cv2.ocl.setUseOpenCL(False)
    noise = numpy.random.default_rng(1)
    samples = {}
    for _ in range(rounds):
        for shape in SHAPES:
            name, width, height, channels, to_width, to_height = shape
            array = noise.integers(0, 256, (height, width, channels), dtype=numpy.uint8)
            # Three channels are what Pillow keeps in four bytes, so its own memory is made before the clock starts.
            picture = Image.frombytes(MODES[channels], (width, height), array.tobytes())
            size = (to_width, to_height)
            contestants = {
                "avx2": lambda: ours(bench, shape, "avx2"),
                "baseline": lambda: ours(bench, shape, "baseline"),
                "Pillow": lambda: timed(lambda: picture.resize(size, Image.Resampling.LANCZOS), RUNS),
                "OpenCV": lambda: timed(lambda: cv2.resize(array, size, interpolation=cv2.INTER_AREA), RUNS),
            }
            for contestant, run in contestants.items():
                samples.setdefault((shape, contestant), []).extend(run())
    print(f"Pillow {PIL.__version__}, OpenCV {cv2.__version__}; medians of {rounds * RUNS}, milliseconds of CPU\n")
    print("| shape | channels | avx2 | baseline | Pillow | OpenCV | avx2/Pillow | avx2/OpenCV | baseline/Pillow |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for shape in SHAPES:
        median = {name: statistics.median(samples[shape, name]) / 1e3 for name in ("avx2", "baseline", "Pillow", "OpenCV")}
        row = [shape[0], shape[3], *(f"{value:.2f}" for value in median.values())]
        row += [f"{median['avx2'] / median['Pillow']:.2f}", f"{median['avx2'] / median['OpenCV']:.2f}"]
        row.append(f"{median['baseline'] / median['Pillow']:.2f}")
        print("| " + " | ".join(map(str, row)) + " |")


if __name__ == "__main__":
    main()
