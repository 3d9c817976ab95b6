#!/usr/bin/env python3
"""Images with damaged EXIF, XMP and ICC profiles, through the whole program in every mode.

usage: metadata.py IMGBATCH SECONDS SEED

Structures are built here with wrong values (counts, offsets, loops, types, tags, curves, tables), then damaged at random. No run
may crash or hang, no image may fail as `internal`, and every mode must give the same verdict and bytes. The outputs are read
again: a second run must accept them, and must keep their metadata or report in a note that it does not.
"""
import os
import shutil
import struct
import zlib

from imagefiles import GRAY, RGB, chunk, jpeg, png, png_chunks, segment
from trials import MODES, NUMBERS, Trials, damaged, verdicts

RECIPES = (
    ("--metadata", "keep"), ("--metadata", "keep", "--icc", "srgb"), ("--metadata", "keep", "--no-orient"), ("--icc", "srgb"),
    ("--metadata", "keep", "--format", "png"), ("--metadata", "keep", "--format", "jpeg"), ("--gray", "--metadata", "keep"),
    ("--icc", "srgb", "--format", "jpeg", "--linear"), ("--metadata", "keep", "--size", "300", "--upscale"))
COPIES = 40


# MARK: - EXIF

def exif(numbers):
    """A TIFF structure: directories with entries of all types, and offsets that may point anywhere, even to themselves."""
    order = numbers.choice("<>")
    data = bytearray(b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    for _ in range(numbers.randint(1, 4)):
        entries = []
        for _ in range(numbers.choice((0, 1, 2, 5, 20, 300))):
            tag = numbers.choice((0x0112, 0x0112, 0x0100, 0x0101, 0x8769, 0x8825, 0xA005, 0x014A, 0x0201, 0x0202, 0x927C,
                                  0xA002, 0xA003, 0x0132, numbers.randrange(65536)))
            kind = numbers.choice((1, 2, 3, 3, 4, 4, 5, 7, 9, 12, 13, 0, 200))
            count = numbers.choice((1, 1, 1, 2, 4, 5, numbers.choice(NUMBERS)))
            if tag == 0x0112 and numbers.random() < 0.8:
                kind, count = numbers.choice((1, 3, 4)), 1
                form = {1: "B3x", 3: "H2x", 4: "I"}[kind]
                value = struct.pack(order + form, numbers.choice((1, 2, 3, 4, 5, 6, 7, 8, 0, 9)))
            else:
                value = struct.pack(order + "I", numbers.choice((8, 8, len(data), len(data) + 100, numbers.randrange(2000),
                                                                 numbers.choice(NUMBERS))))
            entries.append(struct.pack(order + "HHI", tag, kind, count & 0xFFFFFFFF) + value)
        following = numbers.choice((0, 0, 8, len(data), numbers.randrange(2000), numbers.choice(NUMBERS)))
        data += struct.pack(order + "H", len(entries)) + b"".join(entries) + struct.pack(order + "I", following)
    return bytes(data + numbers.randbytes(numbers.choice((0, 8, 500))))


# MARK: - ICC

def element(numbers):
    """The bytes of a tag: curves, tables, texts, with counts that may be wrong."""
    kind = numbers.choice((b"curv", b"para", b"XYZ ", b"mft1", b"mft2", b"mAB ", b"mBA ", b"desc", b"mluc", b"text", b"sf32",
                           b"chad", b"mpet"))
    count = numbers.choice((0, 1, 2, 256, 4096, numbers.choice(NUMBERS)))
    if kind == b"curv":
        return kind + bytes(4) + struct.pack(">I", count & 0xFFFFFFFF) + numbers.randbytes(2 * min(count, 4096))
    if kind == b"para":
        return kind + bytes(4) + struct.pack(">HH", numbers.choice((0, 1, 2, 3, 4, 9)), 0) + b"".join(
            struct.pack(">i", numbers.choice((65536, 144179, 0, -65536, 2 ** 31 - 1))) for _ in range(numbers.randint(0, 7)))
    if kind == b"XYZ ":
        return kind + bytes(4) + b"".join(struct.pack(">i", numbers.randint(-65536, 2 * 65536)) for _ in range(3))
    if kind in (b"mft1", b"mft2"):
        channels = struct.pack(">BBBB", numbers.choice((1, 3, 4, 15)), numbers.choice((1, 3, 4)), numbers.choice((2, 9, 33, 255)), 0)
        tables = struct.pack(">HH", count & 0xFFFF, numbers.choice((2, 256, 4096))) if kind == b"mft2" else b""
        matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
        return kind + bytes(4) + channels + matrix + tables + numbers.randbytes(numbers.choice((100, 5000)))
    return kind + bytes(4) + numbers.randbytes(numbers.choice((4, 60, 300)))


def profile(numbers):
    """A profile of matrix and curves, in which some tags may be replaced, missing, repeated or at another offset."""
    space, class_ = numbers.choice((b"RGB ", b"RGB ", b"RGB ", b"GRAY", b"CMYK", b"Lab ")), numbers.choice((b"mntr", b"scnr", b"prtr", b"link"))
    names = [b"desc", b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"cprt"] if space == b"RGB " else [
        b"desc", b"wtpt", b"kTRC", b"A2B0", b"B2A0"]
    plain = {
        b"wtpt": (0xF6D6, 0x10000, 0xD32D), b"rXYZ": (0x6FA2, 0x38F5, 0x390), b"gXYZ": (0x6299, 0xB785, 0x18DA),
        b"bXYZ": (0x24A0, 0xF84, 0xB6CF)}
    bodies = {}
    for name in names + ([b"A2B0"] if numbers.random() < 0.3 else []):
        if numbers.random() < 0.25:
            bodies[name] = element(numbers)
        elif name in plain:
            bodies[name] = b"XYZ \0\0\0\0" + struct.pack(">3i", *plain[name])
        elif name.endswith(b"TRC"):
            bodies[name] = b"curv\0\0\0\0" + struct.pack(">IHH", 1, 0x233, 0)
        else:
            bodies[name] = b"desc\0\0\0\0" + struct.pack(">I", 2) + b"x\0" + bytes(78)
    table, data, start = [], b"", 128 + 4 + 12 * len(bodies)
    for name, body in bodies.items():
        offset, size = start + len(data), len(body)
        if numbers.random() < 0.05:
            offset, size = (numbers.choice(NUMBERS) for _ in range(2))
        table.append(name + struct.pack(">II", offset & 0xFFFFFFFF, size & 0xFFFFFFFF))
        data += body + bytes(-len(body) % 4)
    if numbers.random() < 0.1:
        table += [numbers.choice(table)] * numbers.choice((1, 50))
    count = len(table) if numbers.random() < 0.95 else numbers.choice(NUMBERS)
    rest = struct.pack(">I", count & 0xFFFFFFFF) + b"".join(table) + data
    head = struct.pack(">I", 128 + len(rest)) + b"lcms" + bytes([numbers.choice((2, 4, 5)), 0x30, 0, 0]) + class_ + space
    head += numbers.choice((b"XYZ ", b"XYZ ", b"Lab ")) + bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    return head + bytes(128 - len(head)) + rest


# MARK: - XMP

WORDS = tuple(
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>|</x:xmpmeta>|<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>|</rdf:RDF>"
    b"|<rdf:Description rdf:about='' xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation='6'/>|<tiff:Orientation>8</tiff:Orientation>"
    b"|tiff:Orientation=\"3\"|<rdf:Description rdf:about=''>|</rdf:Description>|<!--|-->|<![CDATA[|]]>|<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?>"
    b"|<?xpacket end='w'?>|&#54;|&lt;|<!DOCTYPE a [<!ENTITY b 'c'>]>|xmlns:tiff='http://ns.adobe.com/tiff/1.0/'|exif:PixelXDimension='9'"
    b"|<a:b xmlns:a='http://ns.adobe.com/tiff/1.0/'>|</a:b>|a:Orientation='6'|xml:lang='x'|\0|\xff\xfe|\xef\xbb\xbf|<|>|'|\"|/>|&|;".split(b"|"))


def xmp(numbers):
    body = b" ".join(numbers.choice(WORDS) for _ in range(numbers.choice((0, 1, 3, 10, 60))))
    if numbers.random() < 0.2:
        body = b"<a>" * numbers.choice((10, 1000, 20000)) + body
    whole = WORDS[0] + WORDS[2] + numbers.choice((WORDS[4], b"")) + body + WORDS[3] + WORDS[1]
    return whole if numbers.random() < 0.7 else damaged(whole, numbers, words=WORDS)


# MARK: - Images

def image(numbers):
    def maybe(make, chance=0.6):
        if numbers.random() > chance:
            return None
        data = make(numbers)
        return damaged(data, numbers) if numbers.random() < 0.4 else data

    parts = maybe(exif), maybe(profile), maybe(xmp)
    width, height = numbers.randint(1, 60), numbers.randint(1, 60)
    if numbers.random() < 0.5:
        segments = []
        if parts[0] is not None:
            segments.append(segment(0xE1, (b"Exif\0\0" + parts[0])[:65000]))
        if parts[1] is not None:
            pieces = [parts[1][at:at + 60000] for at in range(0, len(parts[1]), 60000)] or [b""]
            segments += [segment(0xE2, b"ICC_PROFILE\0" + bytes([at + 1, len(pieces)]) + piece) for at, piece in enumerate(pieces)]
        if parts[2] is not None:
            segments.append(segment(0xE1, (b"http://ns.adobe.com/xap/1.0/\0" + parts[2])[:65000]))
        if segments and numbers.random() < 0.2:
            segments.append(numbers.choice(segments))
        return "jpg", jpeg(width, height, numbers.choice((1, 3, 3, 4)), extra=b"".join(segments))
    chunks = []
    if parts[0] is not None:
        chunks.append(chunk(b"eXIf", parts[0]))
    if parts[1] is not None:
        chunks.append(chunk(b"iCCP", b"name\0\0" + zlib.compress(parts[1])))
    if parts[2] is not None:
        packed = numbers.random() < 0.3
        chunks.append(chunk(
            b"iTXt", b"XML:com.adobe.xmp\0" + bytes([packed, 0]) + b"\0\0" + (zlib.compress(parts[2]) if packed else parts[2])))
    numbers.shuffle(chunks)
    before = b"".join(chunks[:2]) if numbers.random() < 0.5 else b"".join(chunks)
    rest = b"".join(chunks[2:]) if before != b"".join(chunks) else b""
    return "png", png(width, height, 8, numbers.choice((GRAY, RGB)), numbers=numbers, extra=before, rest=rest)


def metadata(path):
    """EXIF, profile and XMP of an image, as stored in it."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:2] != b"\xff\xd8":
        return [one for one in png_chunks(data) if one[0] in (b"eXIf", b"iCCP", b"iTXt")]
    found, at = [], 2
    while data[at] == 0xFF and data[at + 1] != 0xDA:
        length = int.from_bytes(data[at + 2:at + 4], "big")
        if data[at + 1] in (0xE1, 0xE2):
            found.append((data[at + 1], data[at + 4:at + 2 + length]))
        at += 2 + length
    return found


def main():
    trials = Trials(__doc__)

    def one_round(numbers, scratch):
        recipe = RECIPES[(trials.seed + trials.rounds) % len(RECIPES)]
        source = scratch / "in"
        source.mkdir()
        for index in range(COPIES):
            suffix, data = image(numbers)
            (source / f"{index:03d}.{suffix}").write_bytes(data)
        told = {}
        for mode in MODES:
            done = trials.command(
                "resize", source, "--out", scratch / mode, "--mode", mode, "--timeout", "10", "--jobs", "2", *recipe, paths=[source])
            if done is None:
                return
            told[mode] = verdicts(done[1])
        trials.tried += COPIES
        for name in sorted(os.listdir(source)):
            results = [told[mode].get(name) for mode in MODES]
            if len(set(results)) > 1 or results[0] is None or results[0][1] == "timeout":
                trials.finding(f"{' '.join(recipe)}: {name}: {dict(zip(MODES, results))}", source / name)
        again(trials, scratch)

    trials.run(one_round)


def again(trials, scratch):
    """A second run accepts the outputs, and keeps their metadata."""
    first, second = scratch / "threads", scratch / "again"
    if not first.is_dir():
        return
    for name in os.listdir(first):
        if name.startswith("."):
            os.remove(first / name)
    if not os.listdir(first):
        return
    done = trials.command(
        "resize", first, "--out", second, "--metadata", "keep", "--no-orient", "--size", "100%", paths=[first])
    for event in done[1] if done else []:
        name = os.path.basename(event["source"])
        if event["status"] != "written":
            trials.finding(f"what was written is not taken: {name}: {event.get('error')}", first / name)
        elif metadata(first / name) != metadata(second / name) and not event.get("notes"):
            trials.finding(f"the metadata of {name} are others after a second run, unsaid", first / name, second / name)


if __name__ == "__main__":
    main()
