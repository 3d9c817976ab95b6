#!/usr/bin/env python3
"""Draw the sample pictures.

usage: python3 make_samples.py [patterns] [broken] [formats] [dogs]

Without arguments everything is written. The files go to the folders
patterns/, broken/ and dogs/ beside this script, over what is there.
Needs Python 3 with Pillow and numpy. All randomness is seeded, so the same
versions of the libraries write the same bytes.
"""

import io
import math
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageDraw, ImageFilter

HERE = Path(__file__).resolve().parent


# ---------------------------------------------------------------------------
# A small PNG writer
#
# Pillow writes neither 16-bit RGB nor Adam7, and leaves palettes and tRNS to
# its own judgement. Here every field is what the caller says.

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6

# First column, first row, column step, row step of the seven passes.
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
         (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, data):
    crc = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def ihdr(width, height, depth, color, interlaced=False):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color,
                                      0, 0, int(interlaced)))


def packed_rows(samples, depth):
    """Samples (height, width, channels) as rows of bytes in PNG order."""
    height = samples.shape[0]
    flat = samples.reshape(height, -1)
    if depth == 16:
        return flat.astype(">u2").view(np.uint8).reshape(height, -1)
    if depth == 8:
        return flat.astype(np.uint8)
    # Below 8 bits the leftmost sample sits in the highest bits.
    bits = (flat[:, :, None] >> np.arange(depth - 1, -1, -1)) & 1
    return np.packbits(bits.reshape(height, -1).astype(np.uint8), axis=1)


def filtered(rows, pixel_bytes, choose):
    """The rows with their filter bytes.

    With choose, each row takes the filter with the smallest sum of absolute
    differences (the usual rule), so that a photo-like picture exercises all
    five; without, filter 0, which is better for palettes and few bits.
    """
    out = bytearray()
    above = np.zeros(rows.shape[1], np.int16)
    for row in rows.astype(np.int16):
        if not choose:
            out.append(0)
            out += row.astype(np.uint8).tobytes()
            continue
        left = np.zeros_like(row)
        left[pixel_bytes:] = row[:-pixel_bytes]
        corner = np.zeros_like(row)
        corner[pixel_bytes:] = above[:-pixel_bytes]
        guess = left + above - corner
        to_left, to_above, to_corner = (abs(guess - left), abs(guess - above),
                                        abs(guess - corner))
        paeth = np.where((to_left <= to_above) & (to_left <= to_corner), left,
                         np.where(to_above <= to_corner, above, corner))
        tries = [(row - p).astype(np.uint8) for p in
                 (np.zeros_like(row), left, above, (left + above) // 2, paeth)]
        costs = [int(np.abs(t.view(np.int8).astype(int)).sum()) for t in tries]
        best = costs.index(min(costs))
        out.append(best)
        out += tries[best].tobytes()
        above = row
    return bytes(out)


def png_bytes(samples, color, depth=8, interlaced=False, extra=b""):
    """A whole PNG. extra: finished chunks (PLTE, tRNS, iCCP) before IDAT."""
    if samples.ndim == 2:
        samples = samples[:, :, None]
    height, width, channels = samples.shape
    pixel_bytes = max(1, channels * depth // 8)
    choose = depth >= 8 and color != PALETTE
    if interlaced:
        raw = b""
        for x, y, dx, dy in ADAM7:
            part = samples[y::dy, x::dx]
            if part.size:
                raw += filtered(packed_rows(part, depth), pixel_bytes, choose)
    else:
        raw = filtered(packed_rows(samples, depth), pixel_bytes, choose)
    data = zlib.compress(raw, 9)
    # Several IDAT chunks, as most encoders write them for larger pictures.
    idat = b"".join(chunk(b"IDAT", data[i:i + 32768])
                    for i in range(0, len(data), 32768))
    return (PNG_SIGNATURE + ihdr(width, height, depth, color, interlaced)
            + extra + idat + chunk(b"IEND", b""))


# ---------------------------------------------------------------------------
# Drawing helpers

def write(name, data):
    path = HERE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def jpeg_bytes(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def to_image(values):
    """An 8-bit picture of values in 0...1."""
    return Image.fromarray((np.clip(values, 0, 1) * 255 + 0.5).astype(np.uint8))


def to_values(image):
    return np.asarray(image).astype(np.float64) / 255


def grid(width, height):
    """x and y of every pixel centre, in 0...1."""
    x = (np.arange(width) + 0.5) / width
    y = (np.arange(height) + 0.5) / height
    return np.meshgrid(x, y)


def smooth(edge0, edge1, value):
    t = np.clip((value - edge0) / (edge1 - edge0), 0, 1)
    return t * t * (3 - 2 * t)


def color(text):
    """'#rrggbb' as values in 0...1."""
    return np.array([int(text[i:i + 2], 16) for i in (1, 3, 5)]) / 255


def ramp(t, *stops):
    """Colours along t, evenly spread stops."""
    t = np.clip(t, 0, 1)
    at = np.linspace(0, 1, len(stops))
    table = np.array([color(s) for s in stops])
    return np.stack([np.interp(t, at, table[:, c]) for c in range(3)], axis=-1)


def over(below, paint, alpha):
    return below + (np.asarray(paint) - below) * alpha[..., None]


def cloud_noise(width, height, cell, seed):
    """Smooth noise in about 0...1 with features of cell pixels."""
    random = np.random.default_rng(seed)
    small = random.random((height // cell + 4, width // cell + 4))
    image = Image.fromarray((small * 255).astype(np.uint8))
    image = image.resize(((width // cell + 4) * cell, (height // cell + 4) * cell),
                         Image.Resampling.BICUBIC)
    return to_values(image)[cell:cell + height, cell:cell + width]


def srgb_profile():
    """sRGB as an ICC profile, the same bytes each time."""
    profile = bytearray(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    # Bytes 24-35 hold the time of creation.
    profile[24:36] = struct.pack(">6H", 2020, 1, 1, 0, 0, 0)
    return bytes(profile)


def landscape(width, height):
    """Hills before an evening sky: the stock picture for many files."""
    x, y = grid(width, height)
    aspect = width / height
    scene = ramp(y / 0.75, "#2b3a67", "#7a5c8e", "#e8836b", "#ffd59a")
    sun = np.hypot((x - 0.68) * aspect, y - 0.47)
    scene += np.exp(-sun * 5)[..., None] * color("#ffb45e") * 0.5
    scene = over(scene, color("#fff3cf"), 1 - smooth(0.085, 0.093, sun))
    hills = [(0.60, 0.050, 1.3, 0.2, "#8d6b94"), (0.68, 0.060, 1.9, 2.1, "#5f5a86"),
             (0.77, 0.050, 2.4, 4.0, "#3d4f73"), (0.87, 0.045, 1.6, 0.9, "#24405a")]
    for base, size, waves, phase, paint in hills:
        line = (base + size * np.sin(waves * 2 * math.pi * x + phase)
                + size / 3 * np.sin(waves * 6.1 * math.pi * x + phase * 2))
        haze = color(paint) + (0.12 * np.exp(-(y - line) * 14))[..., None]
        scene = over(scene, haze, smooth(-0.004, 0.004, y - line))
    return np.clip(scene, 0, 1)


def balls(width, height, spots):
    """Shaded balls; spots: (x, y, radius in heights, colour). On light gray."""
    x, y = grid(width, height)
    x = x * width / height
    scene = np.ones((height, width, 3)) * color("#e9e4da")
    scene = scene * (1.02 - 0.25 * y[..., None])
    for cx, cy, radius, paint in spots:
        shadow = np.hypot((x - cx) / 1.15, (y - cy - radius * 0.95) / 0.28)
        scene = scene * (1 - 0.5 * np.exp(-(shadow / radius) ** 2 * 1.6))[..., None]
        dx, dy = (x - cx) / radius, (y - cy) / radius
        r2 = dx * dx + dy * dy
        dz = np.sqrt(np.clip(1 - r2, 0, 1))
        light = np.clip(-0.5 * dx - 0.6 * dy + 0.62 * dz, 0, 1)
        shine = np.clip(-0.28 * dx - 0.36 * dy + 0.89 * dz, 0, 1) ** 60
        body = color(paint) * (0.25 + 0.85 * light)[..., None] + 0.8 * shine[..., None]
        edge = 1 - smooth(1 - 3 / (radius * height), 1, np.sqrt(r2))
        scene = over(scene, np.clip(body, 0, 1), edge)
    return np.clip(scene, 0, 1)


# A 5x7 bitmap font of our own; each string is one glyph, rows from the top.
GLYPHS = {
    "A": "01110 10001 10001 11111 10001 10001 10001",
    "B": "11110 10001 11110 10001 10001 10001 11110",
    "C": "01111 10000 10000 10000 10000 10000 01111",
    "D": "11110 10001 10001 10001 10001 10001 11110",
    "E": "11111 10000 11110 10000 10000 10000 11111",
    "F": "11111 10000 11110 10000 10000 10000 10000",
    "G": "01111 10000 10000 10011 10001 10001 01111",
    "H": "10001 10001 11111 10001 10001 10001 10001",
    "I": "01110 00100 00100 00100 00100 00100 01110",
    "J": "00111 00010 00010 00010 00010 10010 01100",
    "K": "10001 10010 11100 10010 10001 10001 10001",
    "L": "10000 10000 10000 10000 10000 10000 11111",
    "M": "10001 11011 10101 10101 10001 10001 10001",
    "N": "10001 11001 10101 10011 10001 10001 10001",
    "O": "01110 10001 10001 10001 10001 10001 01110",
    "P": "11110 10001 10001 11110 10000 10000 10000",
    "Q": "01110 10001 10001 10001 10101 10010 01101",
    "R": "11110 10001 10001 11110 10100 10010 10001",
    "S": "01111 10000 10000 01110 00001 00001 11110",
    "T": "11111 00100 00100 00100 00100 00100 00100",
    "U": "10001 10001 10001 10001 10001 10001 01110",
    "V": "10001 10001 10001 10001 10001 01010 00100",
    "W": "10001 10001 10001 10101 10101 11011 10001",
    "X": "10001 01010 00100 00100 00100 01010 10001",
    "Y": "10001 01010 00100 00100 00100 00100 00100",
    "Z": "11111 00010 00100 00100 01000 10000 11111",
    ".": "00000 00000 00000 00000 00000 01100 01100",
    ",": "00000 00000 00000 00000 01100 00100 01000",
    " ": "00000 00000 00000 00000 00000 00000 00000",
}


def draw_text(draw, x, y, text, paint, size=1):
    for letter in text:
        for row, bits in enumerate(GLYPHS[letter].split()):
            for column, bit in enumerate(bits):
                if bit == "1":
                    left, top = x + column * size, y + row * size
                    draw.rectangle([left, top, left + size - 1, top + size - 1],
                                   fill=paint)
        x += 6 * size


# ---------------------------------------------------------------------------
# patterns/

def zone_plate():
    # The frequency grows from the middle to just below the sampling limit at
    # the edges: a poor filter shows as rings where none are.
    size = 385
    c = np.arange(size) - size // 2
    r2 = c[None, :] ** 2 + c[:, None] ** 2
    values = 0.5 + 0.45 * np.cos(math.pi * 0.9 * r2 / size)
    write("patterns/zone-plate.jpg", jpeg_bytes(to_image(values), quality=75))


def gradient_16bit():
    # Linear ramps over the whole range; the strip in the middle goes through
    # the 256 levels from 0x8000 to 0x80ff only, which is one step in 8 bits.
    width, height = 641, 427
    x = np.arange(width)[None, :] + np.zeros((height, 1), int)
    y = np.arange(height)[:, None] + np.zeros((1, width), int)
    red = x * 102
    green = y * 153
    blue = 65535 - (x * 51 + y * 76)
    samples = np.stack([red, green, blue], axis=-1)
    strip = 0x8000 + (x - 48) * 255 // (width - 97)
    inside = (abs(y - height // 2) < 24) & (x >= 48) & (x < width - 48)
    samples[inside] = strip[inside][:, None]
    write("patterns/gradient-16bit.png", png_bytes(samples, RGB, depth=16))


def text_detail():
    image = Image.new("RGB", (641, 427), "#fbfaf4")
    draw = ImageDraw.Draw(image)
    draw.rectangle([0, 0, 641, 58], fill="#22577a")
    draw_text(draw, 24, 15, "SHARP EDGES", "#ffffff", 4)
    draw_text(draw, 330, 22, "AND FINE COLOR", "#ffd166", 3)
    lines = ["THE QUICK BROWN DOG JUMPS OVER A LAZY ZEBRA,",
             "FOX AND BADGER WATCH QUIETLY FROM THE HEDGE."]
    paints = ["#1d1d1f", "#c1121f", "#1b4fd6", "#2b7a3d", "#7b2cbf"]
    for i in range(8):
        draw_text(draw, 24, 78 + 20 * i, lines[i % 2], paints[i % 5], 2)
    for i in range(12):
        text = (lines[(i + 1) % 2] + " " + lines[i % 2])[:49]
        draw_text(draw, 24, 246 + 13 * i, text, paints[i % 5], 1)
    # Red and blue lines, one pixel each, from wide to narrow spacing.
    x, gap = 340, 9.0
    while x < 620:
        for k, paint in enumerate(("#c1121f", "#1b4fd6")):
            at = round(x + k * gap / 2)
            draw.line([at, 250, at, 312], fill=paint)
        x += gap
        gap = max(2.0, gap * 0.972)
    for k in range(13):
        draw.ellipse([340 + 20 * k, 328, 356 + 20 * k + k % 3, 344],
                     outline=paints[k % 5])
        draw.line([340 + 20 * k, 356, 360 + 20 * k, 402], fill=paints[k % 5])
        draw.line([360 + 20 * k, 356, 340 + 20 * k, 402], fill=paints[(k + 2) % 5])
    write("patterns/text-422.jpg",
          jpeg_bytes(image, quality=70, subsampling="4:2:2", optimize=True))


def noise_restart():
    random = np.random.default_rng(1)
    width, height = 203, 149
    soft = np.stack([cloud_noise(width, height, 24, 10 + c) for c in range(3)], -1)
    values = 0.15 + 0.75 * soft + 0.1 * random.standard_normal((height, width, 3))
    write("patterns/noise-restart.jpg",
          jpeg_bytes(to_image(values), quality=70, subsampling="4:2:0",
                     restart_marker_blocks=5))


def rgba_disc():
    # Fully transparent pixels are bright green here: whoever scales without
    # multiplying by alpha first shows a green rim.
    size = 321
    x, y = grid(size, size)
    r = np.hypot(x - 0.5, y - 0.5)
    angle = np.arctan2(y - 0.5, x - 0.5) / (2 * math.pi) + 0.5
    disc = ramp(angle, "#ef476f", "#f78c6b", "#ffd166", "#06a0d6", "#7b5cd6", "#ef476f")
    disc = over(disc, color("#ffffff"), 1 - smooth(0, 0.30, r))
    alpha = 1 - smooth(0.33, 0.48, r)
    values = np.where((alpha < 1 / 512)[..., None], color("#00ff00"), disc)
    samples = np.round(np.dstack([values, alpha]) * 255).astype(int)
    # Fewer distinct values keep the file small.
    samples[..., :3] = np.minimum(255, samples[..., :3] // 3 * 3)
    write("patterns/rgba-disc.png", png_bytes(samples, RGBA))


def flower(size):
    """Palette numbers of a flower; 0 is the outside."""
    x, y = grid(size, size)
    dx, dy = x - 0.5, y - 0.5
    r = np.hypot(dx, dy)
    angle = np.arctan2(dy, dx)
    petals = 0.33 + 0.12 * np.cos(8 * angle)
    inner = 0.20 + 0.07 * np.cos(8 * angle + math.pi)
    index = np.zeros((size, size), int)
    for k in range(8):      # a halo growing fainter
        index[r < petals + 0.05 - 0.006 * k] = 1 + k
    for k in range(12):     # petals
        index[r < petals * (1 - 0.05 * k)] = 9 + k
    for k in range(6):      # second row
        index[r < inner * (1 - 0.1 * k)] = 21 + k
    for k in range(5):      # the middle
        index[r < 0.10 - 0.016 * k] = 27 + k
    return index


def palette_trns():
    # 32 colours, the first nine with transparency: tRNS shorter than PLTE.
    table = [np.zeros(3)]
    table += [color("#ff9ecb")] * 8
    table += list(ramp(np.linspace(0, 1, 12), "#d81e78", "#ff77b4", "#ffe3f0"))
    table += list(ramp(np.linspace(0, 1, 6), "#8a2be2", "#d9a7ff"))
    table += list(ramp(np.linspace(0, 1, 5), "#c77d00", "#fff1a8"))
    plte = b"".join(bytes(np.round(c * 255).astype(np.uint8)) for c in table)
    trns = bytes([0] + [24 + 24 * k for k in range(8)])
    write("patterns/palette-trns.png",
          png_bytes(flower(301), PALETTE,
                    extra=chunk(b"PLTE", plte) + chunk(b"tRNS", trns)))


def gray_1bit():
    # The landscape in ordered dither; a width that leaves bits over.
    width, height = 333, 222
    gray = landscape(width, height) @ np.array([0.299, 0.587, 0.114])
    bayer = np.array([[0]])
    for _ in range(3):
        bayer = np.block([[4 * bayer, 4 * bayer + 2], [4 * bayer + 3, 4 * bayer + 1]])
    limit = (np.tile(bayer, (height // 8 + 1, width // 8 + 1))[:height, :width] + 0.5) / 64
    write("patterns/gray-1bit.png", png_bytes((1.35 * gray - 0.12 > limit).astype(int), GRAY, depth=1))


def gray_16bit():
    # Ripples on 16-bit levels; coarse enough in x and y to compress.
    width, height = 255, 191
    x, y = grid(width, height)
    x = x * width / height
    a = np.hypot(x - 0.35, y - 0.4)
    b = np.hypot(x - 1.0, y - 0.62)
    values = 0.5 + 0.24 * np.cos(a * 44) * np.exp(-a * 1.5) \
        + 0.24 * np.cos(b * 44) * np.exp(-b * 1.5)
    samples = np.round(values * 1023).astype(int) * 64
    write("patterns/gray-16bit.png", png_bytes(samples, GRAY, depth=16))


def adam7():
    scene = balls(321, 215, [(0.36, 0.44, 0.24, "#e4572e"), (1.14, 0.42, 0.27, "#2e86ab"),
                             (0.74, 0.68, 0.20, "#f3a712")])
    samples = np.minimum(255, np.round(scene * 64).astype(int) * 4)
    write("patterns/adam7.png", png_bytes(samples, RGB, interlaced=True))


def gray_alpha():
    # Two rings fading out along the turn.
    width, height = 267, 200
    x, y = grid(width, height)
    x = x * width / height
    gray = np.full((height, width), 0.25)
    alpha = np.zeros((height, width))
    for cx, cy, tone in ((0.48, 0.46, 0.15), (0.86, 0.56, 0.75)):
        r = np.hypot(x - cx, y - cy)
        turn = (np.arctan2(y - cy, x - cx) / (2 * math.pi)) % 1
        ring = smooth(0.08, 0.07, abs(r - 0.29)) * turn
        gray = np.where(ring > alpha, tone + 0.2 * (1 - abs(r - 0.29) / 0.08), gray)
        alpha = np.maximum(alpha, ring)
    samples = np.round(np.dstack([np.clip(gray, 0, 1), alpha]) * 85).astype(int) * 3
    write("patterns/gray-alpha.png", png_bytes(samples, GRAY_ALPHA))


def orientation_6():
    # Upright: a portrait with an F, an arrow up and sky above grass. A wrong
    # turn, a mirror image or no turn at all is seen at once. Value 6 says
    # "turn a quarter clockwise to show", so it is stored turned back.
    width, height = 300, 451
    x, y = grid(width, height)
    scene = ramp(y / 0.8, "#3f9fe0", "#bfe6ff")
    scene = over(scene, ramp((y - 0.8) / 0.2, "#7cb342", "#33691e"),
                 smooth(-0.003, 0.003, y - 0.8 - 0.015 * np.sin(9 * x)))
    image = to_image(scene)
    draw = ImageDraw.Draw(image)
    draw_text(draw, 32, 128, "F", "#1d2b53", 26)
    draw.polygon([(226, 70), (276, 150), (244, 150), (244, 330), (208, 330),
                  (208, 150), (176, 150)], fill="#ff5a36", outline="#ffffff")
    draw_text(draw, 96, 30, "TOP", "#ffffff", 6)
    exif = Image.Exif()
    exif[0x0112] = 6
    write("patterns/orientation-6.jpg",
          jpeg_bytes(image.transpose(Image.Transpose.ROTATE_90), quality=82, exif=exif))


def cmyk():
    # Discs of pure ink that overlap; black only in the frame.
    width, height = 323, 241
    x, y = grid(width, height)
    x = x * width / height
    inks = []
    for k in range(3):
        turn = 2 * math.pi * k / 3 - math.pi / 2
        r = np.hypot(x - 0.67 - 0.17 * math.cos(turn), y - 0.52 - 0.17 * math.sin(turn))
        inks.append((1 - smooth(0.253, 0.260, r)) * (0.70 + 0.3 * smooth(0, 0.26, r)))
    edge = np.minimum(np.minimum(x, width / height - x), np.minimum(y, 1 - y))
    inks.append(0.85 * (1 - smooth(0.025, 0.032, edge)))
    data = np.round(np.dstack(inks) * 255).astype(np.uint8)
    # Pillow adds the Adobe marker and stores the inks inverted, as Adobe does.
    image = Image.frombytes("CMYK", (width, height), data.tobytes())
    write("patterns/cmyk.jpg", jpeg_bytes(image, quality=85))


def icc():
    profile = srgb_profile()
    width, height = 359, 241
    x, y = grid(width, height)
    x = x * width / height
    r = np.hypot(x - 0.745, y - 0.5)
    angle = np.arctan2(y - 0.5, x - 0.745) / (2 * math.pi) + 0.5
    wheel = ramp((angle * 12 // 1 + 0.5) / 12, "#ff0000", "#ffff00", "#00ff00",
                 "#00ffff", "#0000ff", "#ff00ff", "#ff0000")
    step = np.floor(np.clip((r - 0.14) / 0.06, 0, 4))
    wheel = over(wheel, np.ones(3), 0.75 - 0.19 * step)
    scene = over(np.ones((height, width, 3)) * color("#2a2a2e"), wheel,
                 (1 - smooth(0.434, 0.440, r)) * smooth(0.137, 0.143, r))
    write("patterns/icc-srgb.jpg",
          jpeg_bytes(to_image(scene), quality=85, subsampling="4:4:4",
                     icc_profile=profile))

    scene = landscape(299, 200)
    samples = np.minimum(255, np.round(scene * 64).astype(int) * 4)
    iccp = chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(profile, 9))
    write("patterns/iccp.png", png_bytes(samples, RGB, extra=iccp))


def patterns():
    for make in (zone_plate, gradient_16bit, text_detail, noise_restart, rgba_disc,
                 palette_trns, gray_1bit, gray_16bit, adam7, gray_alpha,
                 orientation_6, cmyk, icc):
        make()


# ---------------------------------------------------------------------------
# broken/

def jpeg_markers(data):
    """(offset, marker) of each marker of a JPEG, without RSTn and stuffing."""
    found, at = [], 2
    while at < len(data):
        marker = data[at + 1]
        found.append((at, marker))
        if marker == 0xD9:
            break
        at += 2 + int.from_bytes(data[at + 2:at + 4], "big")
        if marker == 0xDA:      # the coded data runs up to the next real marker
            while not (data[at] == 0xFF and data[at + 1] != 0
                       and not 0xD0 <= data[at + 1] <= 0xD7):
                at += 1
    return found


def broken():
    scene = to_image(landscape(240, 160))
    plain = jpeg_bytes(scene, quality=75, subsampling="4:2:0")
    progressive = jpeg_bytes(scene, quality=75, subsampling="4:2:0", progressive=True)
    small = balls(160, 120, [(0.45, 0.45, 0.26, "#7b5cd6"), (0.93, 0.55, 0.22, "#2a9d8f")])
    whole_png = png_bytes(np.minimum(255, np.round(small * 32).astype(int) * 8), RGB)

    write("broken/truncated.jpg", plain[:len(plain) * 55 // 100])

    # Only the first scans, each complete, then EOI: a valid but coarse
    # picture, which decoders accept without a warning.
    scans = [at for at, marker in jpeg_markers(progressive) if marker == 0xDA]
    between = [at for at, marker in jpeg_markers(progressive)
               if at > scans[2] and marker in (0xC4, 0xDA)]
    write("broken/truncated-progressive.jpg", progressive[:between[0]] + b"\xff\xd9")

    write("broken/truncated.png", whole_png[:len(whole_png) * 60 // 100])

    # Damage in the coded data: a stretch of the middle takes other bits. 0xFF
    # is neither changed nor made, so that no marker appears or goes.
    damaged = bytearray(plain)
    start = len(plain) * 45 // 100
    for at in range(start, start + 24):
        if damaged[at] != 0xFF and damaged[at - 1] != 0xFF and damaged[at] ^ 0x54 != 0xFF:
            damaged[at] ^= 0x54
    write("broken/bit-flipped.jpg", bytes(damaged))

    # One bit of the compressed data, the CRC left as it was.
    damaged = bytearray(whole_png)
    start = whole_png.index(b"IDAT")
    damaged[start + (len(whole_png) - start) // 2] ^= 0x10
    write("broken/bit-flipped.png", bytes(damaged))

    # Headers that promise far more than there is: 65535x65535 and
    # 100000x100000. Nobody may allocate that on trust.
    tiny = to_image(landscape(64, 48))
    damaged = bytearray(jpeg_bytes(tiny, quality=60))
    sof = [at for at, marker in jpeg_markers(damaged) if marker == 0xC0][0]
    damaged[sof + 5:sof + 9] = b"\xff\xff\xff\xff"
    write("broken/lying-header.jpg", bytes(damaged))
    # libjpeg itself refuses more than 65500; this much it lets through.
    damaged[sof + 5:sof + 9] = struct.pack(">HH", 65500, 65500)
    write("broken/lying-header-65500.jpg", bytes(damaged))
    honest = png_bytes(np.round(landscape(32, 24) * 255).astype(int), RGB)
    start = len(PNG_SIGNATURE)
    write("broken/lying-header.png", PNG_SIGNATURE + ihdr(100000, 100000, 8, RGB)
          + honest[start + 25:])

    write("broken/empty.jpg", b"")
    write("broken/not-an-image.jpg",
          b"This is a text file that somebody gave the name of a picture.\n")
    body = b"WEBPVP8 " + struct.pack("<I", 10) + bytes.fromhex("9d012a10001000000000")
    write("broken/webp-named.jpg", b"RIFF" + struct.pack("<I", len(body)) + body)
    write("broken/no-image.png",
          PNG_SIGNATURE + ihdr(40, 30, 8, RGB) + chunk(b"IEND", b""))


# ---------------------------------------------------------------------------
# formats/

def bmp_bytes(header, colors, body):
    start = 14 + len(header) + len(colors)
    return struct.pack("<2sIII", b"BM", start + len(body), 0, start) + header + colors + body


def formats():
    picture = to_image(landscape(120, 90))
    frames = [picture.rotate(90 * turn).resize((120, 90)).quantize(60) for turn in range(3)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100, transparency=3)
    write("formats/animated.gif", buffer.getvalue())
    buffer = io.BytesIO()
    picture.quantize(256).save(buffer, "GIF", interlace=1)
    write("formats/interlaced.gif", buffer.getvalue())
    for name, mode in (("rgb.bmp", "RGB"), ("1bit.bmp", "1")):
        buffer = io.BytesIO()
        picture.convert(mode).save(buffer, "BMP")
        write("formats/" + name, buffer.getvalue())
    # Version 4 with 4 bits per channel, alpha included.
    rgba = np.round(landscape(60, 40) * 15).astype(int)
    alpha = np.add.outer(np.arange(40), np.arange(60)) % 16
    pixels = (alpha << 12 | rgba[..., 0] << 8 | rgba[..., 1] << 4 | rgba[..., 2]).astype("<u2")
    header = struct.pack("<IiiHHIIiiII4I52x", 108, 60, 40, 1, 16, 3, 0, 2835, 2835, 0, 0, 0xF00, 0xF0, 0xF, 0xF000)
    write("formats/alpha-16bit.bmp", bmp_bytes(header, b"", pixels[::-1].tobytes()))
    # Runs, single pixels and a jump.
    colors = b"".join(bytes([level, 255 - level, level // 2, 0]) for level in range(256))
    body = b"".join(bytes([20 + y, y, 0, 6, 1, 2, 3, 4, 5, y, 60 - 26 - y, 200 - y, 0, 0]) for y in range(30))
    body += bytes([0, 2, 5, 3, 40, 9, 0, 1])
    header = struct.pack("<IiiHHIIiiII", 40, 60, 40, 1, 8, 1, len(body), 2835, 2835, 256, 0)
    write("formats/runs.bmp", bmp_bytes(header, colors, body))
    for name, options in (("lossy.webp", {"quality": 70}), ("lossless.webp", {"lossless": True})):
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", **options)
        write("formats/" + name, buffer.getvalue())
    isolated_formats(picture)


def isolated_formats(picture):
    """HEIC, AVIF and JPEG XL by the programs of their libraries (Debian: libheif-examples, libavif-bin, libjxl-tools), TIFF by
    Pillow."""
    fading = picture.copy()
    fading.putalpha(Image.linear_gradient("L").resize(picture.size))
    with tempfile.TemporaryDirectory() as folder:
        rgb, rgba, made = (os.path.join(folder, name) for name in ("rgb.png", "rgba.png", "made"))
        picture.save(rgb)
        fading.save(rgba)

        def run(name, *command):
            target = made + os.path.splitext(name)[1]
            subprocess.run([*command, target], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with open(target, "rb") as file:
                write("formats/" + name, file.read())

        run("photo.heic", "heif-enc", "-q", "60", rgb, "-o")
        run("alpha.heic", "heif-enc", "-q", "60", rgba, "-o")
        run("10bit.avif", "avifenc", "-d", "10", "--min", "20", "--max", "30", rgb)
        run("alpha.avif", "avifenc", "--min", "20", "--max", "30", rgba)
        run("photo.jxl", "cjxl", "-q", "80", rgb)
        run("alpha.jxl", "cjxl", "-q", "100", rgba)
    for name, mode, options in (("lzw.tif", "RGB", {"compression": "tiff_lzw"}),
                                ("palette.tif", "P", {"compression": "packbits"}),
                                ("cmyk.tif", "CMYK", {"compression": "tiff_adobe_deflate"})):
        buffer = io.BytesIO()
        picture.convert(mode).save(buffer, "TIFF", **options)
        write("formats/" + name, buffer.getvalue())


# ---------------------------------------------------------------------------
# dogs/
#
# Each dog is a pile of rounded shapes, painted from back to front. A shape is
# a closed curve; blurring its mask gives a height, the slope of the height
# gives light and shade, and many short strokes that take the colour below
# them, a little lighter or darker, make fur of it. All is drawn at twice the
# size and scaled down, for clean edges.

def curve(points, steps=10):
    """Points along the closed Catmull-Rom curve through the given ones."""
    p = np.array(points, float)
    before, after, later = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    parts = []
    for t in np.arange(steps) / steps:
        parts.append(0.5 * (2 * p + (after - before) * t
                            + (2 * before - 5 * p + 4 * after - later) * t * t
                            + (3 * p - before - 3 * after + later) * t ** 3))
    return np.stack(parts, 1).reshape(-1, 2)


def oval(x, y, rx, ry, turn=0.0):
    a = np.linspace(0, 2 * math.pi, 13)[:-1]
    c, s = math.cos(turn), math.sin(turn)
    return [(x + rx * math.cos(k) * c - ry * math.sin(k) * s,
             y + rx * math.cos(k) * s + ry * math.sin(k) * c) for k in a]


def limb(*stops):
    """The outline around stops (x, y, half width)."""
    s = np.array(stops, float)
    along = np.gradient(s[:, :2], axis=0)
    along /= np.hypot(along[:, 0], along[:, 1])[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], 1) * s[:, 2:]
    first = s[0, :2] - along[0] * s[0, 2] * 0.8
    last = s[-1, :2] + along[-1] * s[-1, 2] * 0.8
    return [*(s[:, :2] + across), last, *(s[:, :2] - across)[::-1], first]


def mirrored(points):
    return [(-x, y) for x, y in points]


def away(x, y, down=0.0):
    """Fur that grows away from a point, hanging by 'down'."""
    def flow(px, py):
        dx, dy = px - x, py - y
        length = np.hypot(dx, dy) + 1e-6
        return np.arctan2(dy / length + down, dx / length)
    return flow


def along(dx, dy):
    return lambda px, py: np.full(len(px), math.atan2(dy, dx))


class Canvas:
    def __init__(self, values, seed):
        height, width = values.shape[:2]
        self.size = (width, height)
        self.image = to_image(values).resize((2 * width, 2 * height),
                                             Image.Resampling.BICUBIC)
        self.random = np.random.default_rng(seed)
        self.place(0, 0)

    def place(self, x, y, scale=1.0, turn=0.0):
        """Where the coming shapes have their origin, their size and turn."""
        c, s = scale * math.cos(turn), scale * math.sin(turn)
        self.matrix = np.array([[c, -s], [s, c]])
        self.origin, self.scale, self.turn = np.array([x, y]), scale, turn

    def mapped(self, points):
        return (np.array(points, float) @ self.matrix.T + self.origin) * 2

    def mask(self, points, soft, box):
        image = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        outline = self.mapped(curve(points)) - box[:2]
        ImageDraw.Draw(image).polygon([tuple(p) for p in outline], fill=255)
        return to_values(image.filter(ImageFilter.GaussianBlur(soft * 2 * self.scale)))

    def shape(self, points, paint, marks=(), round=40, light=0.75, soft=0.6,
              shadow=0.35, fur=None, alpha=1.0):
        """One shape. marks: (points, colour, softness) painted on it.
        fur: (length, strokes per 1000 square pixels, flow, variation)."""
        corners = self.mapped(curve(points))
        margin = 2 * self.scale * (round + 30)
        box = [int(v) for v in (*np.floor(corners.min(0) - margin),
                                *np.ceil(corners.max(0) + margin))]
        mask = self.mask(points, soft, box)
        below = to_values(self.image.crop(box))

        if shadow:      # what lies behind gets darker near the shape
            halo = to_image(mask).filter(
                ImageFilter.GaussianBlur(20 * self.scale))
            shift = int(10 * self.scale)
            dark = np.roll(to_values(halo), (shift, shift // 2), (0, 1))
            below = below * (1 - shadow * dark)[..., None] ** np.array([0.85, 1, 1.1])

        body = np.ones_like(below) * color(paint)
        for outline, other, softness in marks:
            body = over(body, color(other), self.mask(outline, softness, box))
        if light:
            height = np.zeros_like(mask)
            inside = to_image(mask)
            for part in (1.0, 0.55, 0.25):
                radius = round * part * 2 * self.scale
                spread = to_values(inside.filter(ImageFilter.GaussianBlur(radius)))
                height += np.clip(spread * 2 - 1, 0, 1) * radius
            # Steps of 1/255 in the blurred mask would show in the slope.
            height = fine_blur(height, 2 + round * self.scale * 0.12)
            dy, dx = np.gradient(height)
            norm = np.sqrt(dx * dx + dy * dy + 1)
            lit = (0.42 * dx + 0.62 * dy + 0.66) / norm
            shade = 1 + light * (lit - 0.66)
            # Shade is a little bluer, light a little warmer.
            tint = np.stack([shade ** 1.0, shade ** 1.05, shade ** 0.95], -1)
            body = np.clip(body * tint, 0, 1)
        self.image.paste(to_image(over(below, body, mask * alpha)), box[:2])
        if fur:
            self.fur(mask, box, *fur)

    def fur(self, mask, box, length, density, flow, variation):
        ys, xs = np.nonzero(mask > 0.6)
        count = int(len(xs) / 4000 * density / self.scale ** 2)
        pick = self.random.integers(0, len(xs), count)
        x, y = xs[pick] + box[0], ys[pick] + box[1]
        inside = (x >= 0) & (y >= 0) & (x < self.image.width) & (y < self.image.height)
        x, y = x[inside], y[inside]
        order = np.argsort(-y, kind="stable")      # upper fur lies on lower
        x, y = x[order], y[order]
        back = np.linalg.inv(self.matrix)
        local = (np.stack([x, y], 1) / 2 - self.origin) @ back.T
        angle = (flow(local[:, 0], local[:, 1]) + self.turn
                 + self.random.normal(0, 0.22, len(x)))
        size = length * 2 * self.scale * self.random.uniform(0.6, 1.25, len(x))
        tone = 1 + variation * self.random.normal(0, 1, len(x))
        paints = np.asarray(self.image)[y, x] * tone[:, None] + 30 * (tone[:, None] - 1)
        paints = np.clip(paints, 0, 255).astype(int)
        bend = self.random.normal(0, 0.25, len(x))
        draw = ImageDraw.Draw(self.image)
        for k in range(len(x)):
            half = size[k] / 2
            mid = (x[k] + half * math.cos(angle[k]), y[k] + half * math.sin(angle[k]))
            end = (mid[0] + half * math.cos(angle[k] + bend[k]),
                   mid[1] + half * math.sin(angle[k] + bend[k]))
            draw.line([(x[k], y[k]), mid, end], fill=tuple(paints[k]), width=2)

    def line(self, points, paint, width):
        dots = [tuple(p) for p in self.mapped(points)]
        draw = ImageDraw.Draw(self.image)
        wide = max(1, int(width * 2 * self.scale))
        draw.line(dots, fill=paint, width=wide, joint="curve")
        for x, y in (dots[0], dots[-1]):
            draw.ellipse([x - wide / 2, y - wide / 2, x + wide / 2, y + wide / 2],
                         fill=paint)

    def flat(self, points, paint, soft=0.5, alpha=1.0):
        self.shape(points, paint, light=0, soft=soft, shadow=0, round=4 + 3 * soft,
                   alpha=alpha)

    def eye(self, x, y, r, iris, rim="#1b120e"):
        self.flat(oval(x, y, r * 1.22, r * 1.10), rim, soft=1.2)
        self.flat(oval(x, y, r, r), iris)
        self.flat(oval(x, y + r * 0.45, r * 0.62, r * 0.36), "#ffe2b0", soft=2.5, alpha=0.35)
        self.flat(oval(x, y, r * 0.60, r * 0.62), "#0c0908", soft=0.8)
        self.flat(oval(x - r * 0.32, y - r * 0.38, r * 0.27, r * 0.25), "#ffffff")
        self.flat(oval(x + r * 0.35, y + r * 0.35, r * 0.12, r * 0.12), "#ffffff", alpha=0.7)

    def nose(self, x, y, r, paint="#26201f"):
        outline = [(x - r, y - r * 0.25), (x - r * 0.5, y - r * 0.68), (x, y - r * 0.74),
                   (x + r * 0.5, y - r * 0.68), (x + r, y - r * 0.25),
                   (x + r * 0.62, y + r * 0.36), (x, y + r * 0.72), (x - r * 0.62, y + r * 0.36)]
        self.shape(outline, paint, round=r * 0.4, light=0.8, shadow=0.25)
        for side in (-1, 1):
            self.flat(oval(x + side * r * 0.46, y + r * 0.02, r * 0.24, r * 0.15, side * 0.5),
                      "#050404", soft=1)
        self.flat(oval(x - r * 0.15, y - r * 0.45, r * 0.42, r * 0.12), "#ffffff",
                  soft=r * 0.08, alpha=0.55)

    def finished(self):
        return self.image.resize(self.size, Image.Resampling.LANCZOS)


def fine_blur(values, radius):
    """A Gaussian blur of an array, in floating point."""
    reach = int(radius * 3) + 1
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2)
    kernel /= kernel.sum()
    for axis in (0, 1):
        length = values.shape[axis] + 2 * reach
        spectrum = np.fft.rfft(values, length, axis=axis)
        shape = [-1, 1] if axis == 0 else [1, -1]
        spectrum *= np.fft.rfft(kernel, length).reshape(shape)
        whole = np.fft.irfft(spectrum, length, axis=axis)
        keep = [slice(None), slice(None)]
        keep[axis] = slice(reach, reach + values.shape[axis])
        values = whole[tuple(keep)]
    return values


def blurred(values, radius):
    return to_values(to_image(values).filter(ImageFilter.GaussianBlur(radius)))


def clouds(width, height, cell, seed, y, horizon):
    """How much cloud there is: flat heaps, fading towards the horizon."""
    puff = (cloud_noise(width // 3, height, cell, seed) * 0.55
            + cloud_noise(width // 3, height, cell // 2, seed + 1) * 0.3
            + cloud_noise(width // 3, height, cell // 4, seed + 2) * 0.15)
    wide = to_values(to_image(puff).resize((width, height), Image.Resampling.BICUBIC))
    return smooth(0.48, 0.72, wide) * (1 - smooth(horizon * 0.5, horizon, y)) * 0.85


def grass(canvas, count, top, bottom, height, paints, between=None):
    """Blades from the far ones to the near ones."""
    random = canvas.random
    draw = ImageDraw.Draw(canvas.image)
    y = np.sort(random.uniform(top, bottom, count))
    low, high = between or (0, canvas.size[0])
    x = random.uniform(low, high, count)
    near = (y - top) / max(1, bottom - top)
    tall = height * (0.35 + 0.65 * near) * random.uniform(0.5, 1.2, count)
    lean = random.normal(0, 0.28, count)
    shades = ramp(random.uniform(0, 1, count), *paints) * (0.8 + 0.2 * near)[:, None]
    for k in range(count):
        fill = tuple(int(v * 255) for v in np.clip(shades[k], 0, 1))
        foot = (2 * x[k], 2 * y[k])
        tip = (foot[0] + 2 * tall[k] * lean[k], foot[1] - 2 * tall[k])
        side = 1.2 + 2.4 * near[k]
        draw.polygon([(foot[0] - side, foot[1]), tip, (foot[0] + side, foot[1])], fill=fill)


def daisy(canvas, x, y, r, petal, middle):
    canvas.place(x, y)
    for k in range(9):
        a = 2 * math.pi * k / 9
        canvas.flat(oval(0.62 * r * math.cos(a), 0.40 * r * math.sin(a),
                         r * 0.42, r * 0.17, math.atan2(0.64 * math.sin(a), math.cos(a))), petal)
    canvas.flat(oval(0, 0, r * 0.28, r * 0.2), middle)


def rex():
    """A golden retriever, sitting in a meadow."""
    width, height = 1200, 900
    x, y = grid(width, height)
    scene = ramp(y / 0.55, "#6db3ea", "#a9d6f5", "#e6f3f0")
    scene = over(scene, np.ones(3), clouds(width, height, 80, 21, y, 0.5))
    for base, size, cell, seed, tint in ((0.40, 0.16, 90, 23, "#86a98f"),
                                         (0.47, 0.14, 55, 24, "#5f8f5a")):
        edge = base - size * (cloud_noise(width, height, cell, seed)[200][None, :] - 0.35)
        crown = cloud_noise(width, height, 22, seed + 5) * 0.03
        scene = over(scene, color(tint) * (0.85 + 0.4 * cloud_noise(width, height, 26, seed + 9)
                                           )[..., None], smooth(-0.012, 0.012, y - edge + crown))
    field = ramp((y - 0.5) / 0.5, "#b5cf6a", "#8fbf4d", "#5c9a36", "#3f7a2b")
    field = field * (0.9 + 0.2 * cloud_noise(width, height, 70, 33))[..., None]
    scene = over(scene, field, smooth(0.0, 0.035, y - 0.52 - 0.02 * np.sin(5 * x)))
    dots = np.random.default_rng(34)
    bokeh = Image.new("L", (width, height))
    draw = ImageDraw.Draw(bokeh)
    for _ in range(90):
        bx, by = dots.uniform(0, width), dots.uniform(0.56, 0.72) * height
        r = 3 + 10 * (by / height - 0.54) / 0.2
        draw.ellipse([bx - r, by - r * 0.8, bx + r, by + r * 0.8], fill=int(dots.integers(90, 220)))
    scene = over(blurred(np.clip(scene, 0, 1), 7), color("#fff6d8"),
                 blurred(to_values(bokeh), 2.0) * 0.8)

    c = Canvas(np.clip(scene, 0, 1), 35)
    greens = ("#4f8a2c", "#7fb543", "#a8cf5e", "#5f9a36")
    grass(c, 1500, 640, 800, 46, greens)
    c.place(600, 0)
    c.flat(oval(20, 832, 330, 46), "#1f4416", soft=26, alpha=0.65)

    coat, dark, pale = "#dda659", "#b87a35", "#f3d7a0"
    c.shape(limb((170, 770, 40), (270, 790, 46), (345, 740, 40), (380, 660, 16)), coat,
            fur=(30, 60, along(0.8, 0.35), 0.10), round=26)
    for side in (1, -1):
        turn = (lambda p: p) if side == 1 else mirrored
        c.shape(turn(oval(158, 700, 112, 138, -0.15)), coat,
                marks=[(turn(oval(190, 640, 60, 90)), "#e8b970", 25)], round=60,
                fur=(22, 60, away(side * 90, 600, 0.5), 0.09))
        c.shape(turn(oval(196, 822, 78, 34)), "#e6ba72", round=22,
                fur=(10, 60, along(side * 0.7, 0.5), 0.07))
    body = [(-100, 400), (0, 370), (100, 400), (150, 500), (158, 620), (120, 770), (0, 800),
            (-120, 770), (-158, 620), (-150, 500)]
    c.shape(body, coat, marks=[(oval(0, 560, 92, 190), pale, 30)], round=70,
            fur=(30, 70, away(0, 330, 0.9), 0.09))
    for side in (1, -1):
        turn = (lambda p: p) if side == 1 else mirrored
        c.shape(turn(limb((72, 560, 50), (76, 660, 44), (72, 760, 40), (76, 822, 42))), "#e4b268",
                round=30, fur=(18, 60, along(side * 0.08, 1), 0.08))
        c.shape(turn(oval(82, 834, 60, 33)), "#ecc483", round=22,
                fur=(9, 60, along(side * 0.3, 1), 0.06))
        for k in (-18, 14):
            c.line(turn([(82 + k, 838), (80 + k * 1.1, 862)]), "#8a5f2c", 3)
    chest = [(-104, 400), (0, 400), (104, 400), (96, 500), (58, 600), (0, 668), (-58, 600),
             (-96, 500)]
    c.shape(chest, pale, round=50, light=0.55, soft=10, shadow=0.2,
            fur=(36, 85, away(0, 300, 1.0), 0.08))

    # The collar shows between chest and chin.
    c.shape([(-104, 400), (-60, 432), (0, 446), (60, 432), (104, 400), (108, 426), (62, 460),
             (0, 475), (-62, 460), (-108, 426)], "#c8202f", round=9, shadow=0.3)
    for side in (1, -1):    # its ends go under the fur
        c.shape(oval(side * 112, 414, 22, 44), coat, round=16, soft=3, shadow=0.1,
                fur=(26, 130, along(side * 0.25, 1), 0.09))
    c.shape(oval(0, 488, 21, 22), "#f2c14e", round=10, shadow=0.4)
    c.flat(oval(-6, 481, 7, 5), "#fff6cf", soft=1.5)

    skull = [(-62, 142), (0, 128), (62, 142), (116, 190), (134, 262), (124, 330), (86, 392),
             (0, 424), (-86, 392), (-124, 330), (-134, 262), (-116, 190)]
    c.shape(skull, coat, marks=[(oval(0, 185, 30, 66), "#ebc283", 14),
                                (oval(-88, 338, 44, 48), "#ecc688", 16),
                                (oval(88, 338, 44, 48), "#ecc688", 16),
                                (oval(-58, 232, 40, 34), "#cf9446", 12),
                                (oval(58, 232, 40, 34), "#cf9446", 12)],
            round=56, fur=(17, 90, away(0, 280, 0.15), 0.075))
    for side in (1, -1):
        turn = (lambda p: p) if side == 1 else mirrored
        ear = [(78, 152), (122, 156), (168, 214), (186, 300), (176, 378), (148, 404), (122, 366),
               (112, 290), (98, 216)]
        c.shape(turn(ear), dark, marks=[(turn(oval(108, 190, 34, 40)), "#cc9148", 16)], round=30,
                fur=(24, 85, away(side * 80, 120, 0.7), 0.10), shadow=0.4)

    # Open mouth first, muzzle over it.
    c.shape([(-48, 372), (0, 384), (48, 372), (40, 420), (0, 446), (-40, 420)], "#4a1a1c",
            round=16, light=0.4)
    c.shape([(-27, 392), (0, 386), (27, 392), (31, 436), (20, 474), (0, 484), (-20, 474),
             (-31, 436)], "#ef7f8d", round=16, shadow=0.15)
    c.line([(0, 396), (1, 456)], "#cf5a6c", 2.5)
    muzzle = [(-42, 272), (0, 262), (42, 272), (80, 316), (88, 356), (58, 392), (20, 392),
              (0, 380), (-20, 392), (-58, 392), (-88, 356), (-80, 316)]
    c.shape(muzzle, "#f1d29b", marks=[(oval(0, 276, 40, 40), "#dfb069", 16)], round=34,
            light=0.7, soft=2, shadow=0.22, fur=(11, 90, away(0, 290, 0.4), 0.055))
    c.line([(0, 330), (0, 374)], "#5d3a22", 3)
    c.line([(0, 376), (-22, 390), (-50, 388), (-78, 366)], "#5d3a22", 3.5)
    c.line([(0, 376), (22, 390), (50, 388), (78, 366)], "#5d3a22", 3.5)
    for side in (1, -1):
        for dx, dy in ((38, 346), (54, 354), (44, 366), (62, 340)):
            c.flat(oval(side * dx, dy, 2.4, 2.4), "#a8763c")
    c.nose(0, 306, 36)
    for side in (1, -1):
        c.eye(side * 57, 243, 19, "#5a2f14")
        c.shape(limb((side * 34, 212, 5), (side * 56, 202, 8), (side * 78, 212, 4)), "#efca8e",
                soft=4, light=0, shadow=0, round=10, fur=(10, 90, away(0, 300), 0.06))

    c.place(0, 0)
    flowers = np.random.default_rng(36)
    grass(c, 420, 850, 925, 80, greens)
    grass(c, 70, 846, 880, 56, greens, between=(420, 820))
    spots = [(70, 800), (160, 858), (255, 770), (322, 846), (905, 852), (985, 775), (1060, 850),
             (1140, 790), (120, 720), (1090, 700), (1010, 870), (30, 870)]
    for k, (fx, fy) in enumerate(spots):
        r = (fy - 560) / 11 * flowers.uniform(0.9, 1.1)
        c.place(0, 0)
        c.line([(fx, fy), (fx + 4, fy + r * 2.6)], "#4c7f2c", 3)
        if k % 3 == 2:
            daisy(c, fx, fy, r * 0.85, "#ffd23f", "#d9822b")
        else:
            daisy(c, fx, fy, r, "#ffffff", "#f4b41a")
    write("dogs/rex.jpg", jpeg_bytes(c.finished(), quality=76, subsampling="4:2:0"))


def luna():
    """A border collie on a sofa, her head tilted."""
    width, height = 600, 800
    x, y = grid(width, height)
    wall = np.ones((height, width, 3)) * color("#e9d8c0")
    stripes = smooth(-0.15, 0.15, np.sin(x * 2 * math.pi * 9))
    wall = wall * (0.955 + 0.045 * stripes)[..., None]
    wall = wall * (1.08 - 0.35 * np.hypot(x - 0.3, y - 0.1))[..., None]
    c = Canvas(np.clip(wall, 0, 1), 41)

    # A picture on the wall, the evening hills.
    hills = to_image(landscape(190, 140)).filter(ImageFilter.GaussianBlur(0.8))
    c.shape([(400, 40), (484, 38), (572, 40), (574, 110), (572, 182), (484, 184), (400, 182),
             (398, 110)], "#e9d8c0", round=6, light=0, soft=1, shadow=0.5)
    ImageDraw.Draw(c.image).rectangle([784, 66, 1160, 376], fill="#7d5534")
    ImageDraw.Draw(c.image).rectangle([798, 80, 1146, 362], fill="#f7f0e2")
    c.image.paste(hills.resize((300, 234), Image.Resampling.LANCZOS), (822, 104))

    # The sofa: back, cushion, seat.
    c.shape([(-60, 330), (-60, 300), (60, 262), (300, 254), (540, 262), (660, 300), (660, 600),
             (660, 860), (300, 880), (-60, 860)], "#2d7d86", round=50, light=0.7, shadow=0.35,
            fur=(3, 45, along(0.3, 1), 0.035))
    for bx in (120, 480):
        c.shape(oval(bx, 360, 9, 9), "#246770", round=6, shadow=0.6)
        for k in range(5):
            a = 0.3 + k * 0.65
            c.flat(limb((bx + 12 * math.cos(a), 360 + 12 * math.sin(a), 2.5),
                        (bx + 44 * math.cos(a), 360 + 44 * math.sin(a), 0.6)), "#1f5c65",
                   soft=2.5, alpha=0.6)
    cushion = [(420, 392), (510, 372), (606, 380), (622, 470), (612, 566), (520, 588), (430, 580),
               (410, 486)]
    c.shape(cushion, "#eeb14a", marks=[(limb((380 + 46 * k, 350, 7), (440 + 46 * k, 620, 7)),
                                        "#f8e3b4", 0.8) for k in range(6)],
            round=44, light=0.8, shadow=0.5, fur=(3, 45, along(1, 0.3), 0.03))
    c.shape([(-80, 690), (60, 664), (300, 658), (540, 664), (680, 690), (680, 880), (300, 900),
             (-80, 880)], "#3a929b", round=36, light=0.8, shadow=0.5,
            fur=(3, 45, along(1, 0.2), 0.03))

    black, white = "#2c2a30", "#f4f0ea"
    c.place(292, 0)
    c.flat(oval(0, 712, 200, 26), "#123c42", soft=16, alpha=0.6)
    # Tail around the paws, then haunches.
    c.shape(limb((-120, 690, 34), (-190, 700, 34), (-236, 676, 20)), black,
            marks=[(oval(-228, 680, 36, 36), white, 8)], round=24,
            fur=(20, 75, along(-1, -0.15), 0.16))
    for side in (1, -1):
        c.shape(oval(side * 118, 640, 78, 80), black, round=44,
                fur=(18, 75, away(side * 60, 560, 0.4), 0.16))
    body = [(-80, 400), (0, 380), (80, 400), (136, 470), (146, 580), (112, 690), (0, 712),
            (-112, 690), (-146, 580), (-136, 470)]
    c.shape(body, black, round=54, light=0.9, fur=(24, 80, away(0, 330, 0.8), 0.16))
    chest = [(-74, 408), (0, 400), (74, 408), (84, 490), (66, 570), (40, 640), (0, 660),
             (-40, 640), (-66, 570), (-84, 490)]
    for side in (1, -1):
        turn = (lambda p: p) if side == 1 else mirrored
        c.shape(turn(limb((56, 560, 40), (58, 640, 34), (60, 706, 34))), white, round=26,
                marks=[(turn(oval(70, 550, 44, 54)), black, 12)],
                fur=(14, 70, along(side * 0.05, 1), 0.06))
        c.shape(turn(oval(64, 716, 48, 27)), white, round=18,
                fur=(8, 70, along(side * 0.3, 1), 0.05))
        for k in (-14, 12):
            c.line(turn([(64 + k, 720), (63 + k * 1.1, 738)]), "#9c938c", 2.4)
    c.shape(chest, white, round=46, light=0.55, soft=7, shadow=0.25,
            fur=(30, 95, away(0, 320, 1.0), 0.065))

    # The head in its own coordinates, tilted.
    c.place(292, 300, 1.0, 0.17)
    for side in (1, -1):
        turn = (lambda p: p) if side == 1 else mirrored
        if side == 1:       # this ear stands with a folded tip, the other up
            ear = [(40, -96), (70, -140), (104, -168), (134, -150), (150, -112), (138, -60),
                   (112, -20)]
            c.shape(ear, black, round=18, fur=(15, 80, away(70, 0, -0.2), 0.16))
            tip = [(92, -166), (124, -166), (152, -128), (158, -84), (142, -82), (116, -118)]
            c.shape(tip, "#3a373e", round=14, fur=(14, 80, along(0.4, 1), 0.16), shadow=0.4)
        else:
            ear = turn([(36, -96), (66, -150), (104, -206), (122, -196), (134, -130),
                        (132, -64), (110, -20)])
            c.shape(ear, black, marks=[(turn(oval(100, -112, 15, 54, -0.1)), "#a06d68", 8)],
                    round=18, fur=(15, 80, away(-80, 0, -0.2), 0.16))
    skull = [(-52, -112), (0, -120), (52, -112), (100, -74), (120, -10), (116, 40), (80, 92),
             (0, 122), (-80, 92), (-116, 40), (-120, -10), (-100, -74)]
    blaze = [(-12, -124), (12, -124), (16, -60), (20, 0), (56, 40), (84, 70), (96, 110), (0, 150),
             (-96, 110), (-84, 70), (-56, 40), (-20, 0), (-16, -60)]
    c.shape(skull, black, marks=[(blaze, white, 5),
                                 (oval(44, -62, 14, 9, 0.3), "#9a6236", 4),
                                 (oval(-44, -62, 14, 9, -0.3), "#9a6236", 4),
                                 (oval(98, 42, 16, 26), "#9a6236", 9),
                                 (oval(-98, 42, 16, 26), "#9a6236", 9)],
            round=48, light=0.9, fur=(15, 110, away(0, 10, 0.15), 0.12))
    muzzle = [(-30, -2), (0, -8), (30, -2), (60, 36), (66, 72), (42, 102), (0, 108), (-42, 102),
              (-66, 72), (-60, 36)]
    c.shape(muzzle, white, round=30, light=0.6, soft=3, shadow=0.2,
            fur=(9, 100, away(0, 20, 0.4), 0.045))
    c.line([(0, 44), (0, 74)], "#4a3b38", 2.6)
    c.line([(-52, 74), (-36, 88), (-14, 88), (0, 76), (14, 88), (36, 88), (52, 74)], "#4a3b38", 3)
    c.shape([(-15, 88), (0, 84), (15, 88), (16, 108), (0, 120), (-16, 108)], "#f08a97", round=9,
            shadow=0.15)
    c.line([(0, 90), (0, 108)], "#cf5a6c", 2)
    for side in (1, -1):
        for dx, dy in ((30, 58), (42, 64), (34, 72)):
            c.flat(oval(side * dx, dy, 1.9, 1.9), "#8d8480")
    c.nose(0, 22, 28)
    c.eye(-50, -26, 18, "#4aa3df")
    c.eye(50, -26, 18, "#7a4a1e")
    write("dogs/luna.jpg",
          jpeg_bytes(c.finished(), quality=76, subsampling="4:4:4", progressive=True))


def bello():
    """A dachshund running after a ball, on the beach."""
    width, height = 480, 330
    x, y = grid(width, height)
    scene = ramp(y / 0.45, "#58b4e8", "#a8dcf2", "#fdf0d2")
    scene = over(scene, np.ones(3), clouds(width, height, 32, 51, y, 0.42))
    sea = ramp((y - 0.42) / 0.2, "#2f8fb8", "#39aebf", "#8fdcd3")
    glitter = np.sin(x * 60 + 9 * np.sin(y * 40)) * np.sin(y * 260 + 3 * np.sin(x * 14))
    sea = sea + (0.10 * smooth(0.3, 1, glitter))[..., None]
    scene = over(scene, sea, smooth(-0.003, 0.003, y - 0.42))
    shore = 0.60 + 0.012 * np.sin(x * 11) + 0.006 * np.sin(x * 29 + 1)
    scene = over(scene, color("#d9b988"), smooth(-0.002, 0.006, y - shore))
    sand = ramp((y - 0.6) / 0.4, "#e9cf9c", "#f4dfb2", "#e4c68f")
    sand = sand + (0.10 * (cloud_noise(width, height, 40, 53) - 0.5))[..., None]
    scene = over(scene, sand, smooth(0.02, 0.06, y - shore))
    foam = np.exp(-((y - shore + 0.004) / 0.010) ** 2) * (0.6 + 0.4 * np.sin(x * 70))
    scene = over(scene, np.ones(3), np.clip(foam, 0, 1))
    c = Canvas(np.clip(scene, 0, 1), 54)

    # A sailing boat, and a parasol with its shadow.
    c.place(27, 128, 0.8)
    c.flat([(-20, 10), (0, 13), (22, 10), (15, 19), (-13, 19)], "#9b3d2e")
    c.flat([(-2, 6), (-2, -18), (0, -40), (10, -16), (18, 6)], "#ffffff")
    c.flat([(-5, 6), (-5, -14), (-6, -30), (-12, -10), (-17, 6)], "#ffe0b3")
    c.place(196, 118)
    c.line([(0, -80), (0, 110)], "#f7f3ea", 4)
    rim = np.linspace(-66, 66, 6)
    turn = np.linspace(0, math.pi / 2, 12)
    draw = ImageDraw.Draw(c.image)
    for k, paint in enumerate(["#e4473f", "#fff4e0", "#e4473f", "#fff4e0", "#d23c36"]):
        seams = [[(edge * math.sin(t), -24 - 56 * math.cos(t)) for t in turn]
                 for edge in (rim[k], rim[k + 1])]
        hem = [((rim[k] * (1 - t) + rim[k + 1] * t), -24 - 16 * t * (1 - t))
               for t in turn / turn[-1]]
        draw.polygon([tuple(p) for p in c.mapped(seams[0] + hem + seams[1][::-1])], fill=paint)

    c.place(0, 0)
    c.flat(oval(222, 290, 130, 9), "#9c7d4c", soft=5, alpha=0.6)
    # The ball, in three colours.
    c.flat(oval(424, 300, 26, 5), "#9c7d4c", soft=3, alpha=0.6)
    c.shape(oval(420, 276, 24, 24), "#f7f7f2",
            marks=[(oval(408, 276, 7, 26, 0.25), "#e4473f", 0.6),
                   (oval(431, 274, 7, 25, -0.2), "#2b6cb0", 0.6)], round=14, light=0.8, shadow=0.2)
    c.flat(oval(412, 264, 5, 4), "#ffffff", soft=1)

    coat, far, tan = "#8a4a22", "#64341a", "#c98645"
    fur = lambda dx, dy: (6, 160, along(dx, dy), 0.07)
    # The legs on the far side, the tail, the body, the near legs.
    c.shape(limb((290, 236, 14), (308, 258, 11), (326, 272, 9), (338, 275, 8)), far, round=8,
            fur=fur(0.6, 1))
    c.shape(limb((140, 236, 15), (124, 258, 10), (104, 274, 8), (94, 279, 7)), far, round=8,
            fur=fur(-0.6, 1))
    c.shape(limb((112, 204, 10), (86, 184, 7), (68, 156, 5), (66, 132, 2.5)), coat, round=7,
            fur=fur(-0.5, -1))
    body = [(112, 196), (150, 184), (210, 188), (268, 180), (306, 172), (322, 196), (316, 232),
            (286, 254), (230, 254), (180, 248), (138, 254), (112, 238), (104, 214)]
    c.shape(body, coat, marks=[(oval(300, 240, 26, 24), tan, 8),
                               (oval(226, 258, 80, 10), tan, 7),
                               (oval(200, 188, 80, 9), "#a35c2d", 8)], round=26, light=0.95,
            fur=fur(-1, 0.25))
    c.shape(limb((138, 232, 24), (146, 254, 13), (160, 274, 9), (172, 285, 9)), coat, round=12,
            marks=[(oval(168, 283, 22, 13), tan, 5)], fur=fur(0.3, 1), shadow=0.25)
    c.shape(limb((292, 234, 20), (286, 256, 12), (272, 276, 9), (268, 288, 9)), coat, round=11,
            marks=[(oval(271, 284, 18, 16), tan, 5)], fur=fur(-0.2, 1), shadow=0.25)
    # Neck, collar, head.
    c.shape(limb((292, 206, 33), (318, 176, 27), (336, 146, 25)), coat, round=20,
            marks=[(oval(332, 206, 13, 34, 0.5), tan, 7)], fur=fur(-0.7, 0.8), shadow=0.15)
    c.shape([(296, 164), (318, 174), (346, 192), (350, 182), (326, 164), (304, 153)], "#1f8fd6",
            round=5, shadow=0.3)
    c.shape(oval(349, 195, 7, 7.5), "#f2c14e", round=4, shadow=0.3)
    # The lower jaw with tongue, then the upper head.
    c.shape([(346, 148), (376, 153), (398, 152), (404, 158), (392, 166), (366, 168), (348, 164)],
            far, round=7)
    c.shape([(376, 152), (392, 152), (398, 162), (392, 178), (382, 182), (376, 172)], "#ef7f8d",
            round=6, shadow=0.1)
    head = [(314, 116), (332, 99), (356, 97), (374, 110), (398, 122), (420, 130), (426, 141),
            (416, 151), (390, 154), (362, 158), (336, 162), (316, 146)]
    c.shape(head, coat, marks=[(oval(396, 148, 34, 9, 0.1), tan, 4),
                               (oval(371, 106, 6, 4, 0.5), tan, 2)], round=18, light=0.95,
            fur=(5, 160, along(-1, -0.2), 0.06), shadow=0.1)
    c.line([(412, 151), (388, 154), (366, 152), (356, 146)], "#3a1c0c", 2)
    c.nose(421, 132, 9)
    c.eye(366, 121, 7, "#4a2410")
    ear = [(322, 108), (338, 106), (346, 124), (340, 152), (322, 176), (300, 180), (292, 164),
           (302, 134)]
    c.shape(ear, "#713a1a", round=14, light=0.95, shadow=0.4, fur=fur(-0.5, 1))
    # Sand thrown up behind.
    draw = ImageDraw.Draw(c.image)
    for _ in range(46):
        t = c.random.uniform(0, 1)
        px, py = 92 - 66 * t + c.random.normal(0, 4), 282 - 46 * t * (1.3 - t) + c.random.normal(0, 7)
        r = c.random.uniform(1.0, 3.0)
        draw.ellipse([2 * px - r, 2 * py - r, 2 * px + r, 2 * py + r], fill="#d8b67c")
    # Steps of four instead of one: a third of the size, not seen.
    samples = np.minimum(255, (np.asarray(c.finished()).astype(int) + 2) // 4 * 4)
    write("dogs/bello.png", png_bytes(samples, RGB))


def dogs():
    rex()
    luna()
    bello()


def main():
    parts = {"patterns": patterns, "broken": broken, "formats": formats, "dogs": dogs}
    wanted = sys.argv[1:] or list(parts)
    if not all(name in parts for name in wanted):
        sys.exit(__doc__.strip())
    for name in wanted:
        parts[name]()


if __name__ == "__main__":
    main()
