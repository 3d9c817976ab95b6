#!/usr/bin/env python3
"""Runs the kernels, compiled for arm64, under emulation, and counts for each the cases that differ.

usage: arm64.py FOLDER

FOLDER has the trials as build.sh compiled them: arm64/trials and x86_64/trials. A case differs if its result is not that of the
plain twin in the same program, or not that of the same sources on x86-64, which other tests compare with libjpeg, libpng and
zlib. Needs qemu-aarch64, and cjpeg for the pictures that are decoded. Exits with 1 if any case differs."""
import collections
import pathlib
import random
import struct
import subprocess
import sys
import zlib

SEED = 1
# Pictures, and streams of DEFLATE.
PICTURES = 120
STREAMS = 400
DAMAGED = 4
# The largest output that is tried of a stream that zlib rejects.
MAX_OUTPUT = 1 << 16

SAMPLINGS = ["1x1", "2x1", "2x2", "1x2", "4x1", "4x2", "1x4", "2x2,1x2,2x1", "2x2,2x2,1x1", None]
STRATEGIES = [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED]


def record(kind, first, second=b""):
    return kind + struct.pack("<I", len(first)) + first + struct.pack("<I", len(second)) + second


def damaged(data, numbers, first):
    """The bytes with one to three of them changed from `first` on, or cut off."""
    changed = bytearray(data)
    if numbers.random() < 0.2:
        return bytes(changed[: numbers.randrange(first, len(changed))])
    for _ in range(numbers.randint(1, 3)):
        changed[numbers.randrange(first, len(changed))] ^= 1 << numbers.randrange(8)
    return bytes(changed)


def picture(numbers):
    """A PPM of slopes, edges and noise."""
    width, height = numbers.randint(1, 150), numbers.randint(1, 110)
    noise = numbers.choice([0, 3, 40, 255])
    slopes = [(numbers.randint(-5, 5), numbers.randint(-5, 5), numbers.randrange(256)) for _ in range(3)]
    edge = numbers.randrange(width)
    pixels = bytearray()
    for y in range(height):
        for x in range(width):
            for across, down, base in slopes:
                value = base + across * x + down * y + (90 if x > edge else 0) + numbers.randint(0, noise)
                pixels.append(min(max(value, 0), 255))
    return b"P6 %d %d 255\n" % (width, height) + bytes(pixels)


def pictures(numbers):
    """JPEGs of every sampling, baseline and progressive, some with restart markers; then the same with damage."""
    for number in range(PICTURES):
        command = ["cjpeg", "-baseline", "-quality", str(numbers.randint(1, 100))]
        sampling = SAMPLINGS[number // 2 % len(SAMPLINGS)]
        command += ["-sample", sampling] if sampling else ["-grayscale"]
        if number % 2 == 1:
            command += ["-progressive"]
        elif numbers.random() < 0.5:
            command += ["-optimize"]
        if numbers.random() < 0.4:
            command += ["-restart", numbers.choice(["1", "2", "1B", "5B"])]
        file = subprocess.run(command, input=picture(numbers), stdout=subprocess.PIPE, check=True).stdout
        yield record(b"J", file)
        for _ in range(DAMAGED):
            yield record(b"J", damaged(file, numbers, first=file.index(b"\xff\xda")))


def contents(numbers):
    """Noise, runs, text-like and repeated bytes."""
    count = numbers.choice([0, 1, 50, 3000, 40000])
    kind = numbers.randrange(4)
    if kind == 0:
        return numbers.randbytes(count)
    if kind == 1:
        return b"".join(bytes([numbers.randrange(5)]) * numbers.randint(1, 300) for _ in range(count // 100 + 1))
    if kind == 2:
        return bytes(min(255, int(numbers.expovariate(0.2))) for _ in range(count))
    phrase = numbers.randbytes(numbers.randint(1, 400))
    return (phrase * (count // len(phrase) + 1))[:count]


def streams(numbers):
    """Streams of every strategy of zlib; then the same with damage, which zlib accepts or not."""
    for number in range(STREAMS):
        expected = contents(numbers)
        writer = zlib.compressobj(numbers.randint(0, 9), zlib.DEFLATED, -15, numbers.randint(1, 9), STRATEGIES[number % 5])
        stream = writer.compress(expected) + writer.flush()
        yield record(b"Z", stream, expected)
        for _ in range(DAMAGED if stream else 0):
            changed = damaged(stream, numbers, first=0)
            reader = zlib.decompressobj(-15)
            try:
                found = reader.decompress(changed)
            except zlib.error:
                found = None
            if found is not None and reader.eof:
                yield record(b"Z", changed, found)
            else:
                yield record(b"F", changed, bytes(MAX_OUTPUT))


def main():
    folder = pathlib.Path(sys.argv[1])
    numbers = random.Random(SEED)
    records = b"".join(pictures(numbers)) + b"".join(streams(numbers))

    def lines(*command):
        output = subprocess.run(command, input=records, stdout=subprocess.PIPE, check=True).stdout
        return [line.split("\t") for line in output.decode().splitlines()]

    emulated = lines("qemu-aarch64", folder / "arm64/trials")
    native = lines(folder / "x86_64/trials")
    if [line[0] for line in emulated] != [line[0] for line in native]:
        sys.exit("arm64-test: the two programs tried other cases")
    tried, differing = collections.Counter(), collections.Counter()
    for (kernel, result, twin), (_, expected, _) in zip(emulated, native):
        tried[kernel] += 1
        differing[kernel] += result != expected or twin not in ("-", result)
    width = max(len(kernel) for kernel in tried)
    print(f"{'kernel':{width}}  tried  differing")
    for kernel in tried:
        print(f"{kernel:{width}}  {tried[kernel]:5}  {differing[kernel]:9}")
    print(f"{'all':{width}}  {tried.total():5}  {differing.total():9}")
    sys.exit(1 if differing.total() else 0)


if __name__ == "__main__":
    main()
