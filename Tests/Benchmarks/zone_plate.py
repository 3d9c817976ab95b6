#!/usr/bin/env python3
"""How much of a zone plate's stripes that are finer than the output comes back as moire: imgbatch beside Pillow's Lanczos.

    python3 Tests/Benchmarks/zone_plate.py .build/release/imgbatch [SIDE] [FOLDER]

The stripes at (x, y) from the middle have |x| / side and |y| / side cycles a pixel. Where one of them is more than
1.25 times what the output can show, a perfect filter leaves gray: the mean square of what is left instead is printed, for
outputs of a PNG, of a JPEG (which the decoder shrinks), and of Pillow for both. ZonePlateTests has the column of Pillow.
"""
import math
import os
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

RATIOS = [1.5, 2, 3, 4, 6, 8, 12, 16, 20]


def plate(side):
    at = numpy.arange(side) - (side - 1) / 2
    phase = math.pi / side * (at[:, None] ** 2 + at[None, :] ** 2)
    return Image.fromarray(numpy.rint(127.5 + 127.5 * numpy.cos(phase)).astype(numpy.uint8), "L")


def energy(image, ratio):
    """Of the part that should be gray, halos at the border apart."""
    values = numpy.asarray(image.convert("L"), dtype=float)
    count = len(values)
    at = numpy.abs(numpy.arange(count) - (count - 1) / 2) / count
    fineness = numpy.maximum(at[:, None], at[None, :])
    part = fineness >= 0.5 / ratio * 1.25
    for edge in (slice(0, 3), slice(-3, None)):
        part[edge, :] = part[:, edge] = False
    return numpy.mean((values[part] - 127.5) ** 2)


def made(binary, source, side, folder):
    subprocess.run([binary, "resize", source, "--out", folder, "--size", str(side), "--format", "png", "--no-journal",
                    "--quiet", "--name", "{stem}-{ext}-{size}.png"], check=True)
    name = f"{os.path.basename(source).split('.')[0]}-png-{side}.png"
    return Image.open(os.path.join(folder, name))


def main():
    binary, side = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 960
    folder = sys.argv[3] if len(sys.argv) > 3 else tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    image = plate(side)
    png, jpeg = os.path.join(folder, "plate.png"), os.path.join(folder, "shrunk.jpg")
    image.save(png)
    image.save(jpeg, quality=100)
    print("ratio  PNG      Pillow   JPEG     Pillow thumbnail()")
    for ratio in RATIOS:
        small = round(side / ratio)
        thumbnail = Image.open(jpeg)
        thumbnail.thumbnail((small, small), Image.Resampling.LANCZOS)
        results = [made(binary, png, small, folder), image.resize((small, small), Image.Resampling.LANCZOS),
                   made(binary, jpeg, small, folder), thumbnail]
        print(f"{ratio:5}  " + "  ".join(f"{energy(result, ratio):7.3f}" for result in results))


main()
