"""Builds PNG and JPEG files of any size and kind, byte by byte, for fuzzers and the soak. Standard library only."""
import struct
import zlib

GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
DEPTHS = {GRAY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GRAY_ALPHA: (8, 16), RGBA: (8, 16)}
# Adam7: the first column and row of each pass, and the steps (PNG, 8.2).
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_header(width, height, depth=8, color=RGB, interlaced=False):
    return SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlaced))


def png_chunks(data):
    """Name and body of each complete chunk of a PNG."""
    at, found = 8, []
    while at + 12 <= len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        found.append((data[at + 4:at + 8], data[at + 8:at + 8 + length]))
        at += 12 + length
    return found


def png(width, height, depth=8, color=RGB, interlaced=False, numbers=None, filter=0, level=1, extra=b"", rest=b""):
    """A PNG whose rows all have the same bytes: random if `numbers` is given, else 0. `extra` are chunks before IDAT, `rest`
    chunks after it."""
    packer = zlib.compressobj(level)
    data = []

    def add(columns, rows):
        if not columns or not rows:
            return
        length = (columns * depth * CHANNELS[color] + 7) // 8
        tile = numbers.randbytes(min(length, 4096)) if numbers else bytes(min(length, 4096))
        if color == PALETTE and depth == 8:
            tile = bytes(byte % 4 for byte in tile)
        row = bytes([filter]) + (tile * (length // len(tile) + 1))[:length]
        at_once = max(1, (1 << 18) // len(row))
        for start in range(0, rows, at_once):
            data.append(packer.compress(row * min(at_once, rows - start)))

    if interlaced:
        for x, y, across, down in PASSES:
            add(max(0, (width - x + across - 1) // across), max(0, (height - y + down - 1) // down))
    else:
        add(width, height)
    data.append(packer.flush())
    palette = chunk(b"PLTE", bytes(index % 256 for index in range(3 << min(depth, 8)))) if color == PALETTE else b""
    return (png_header(width, height, depth, color, interlaced) + extra + palette
            + chunk(b"IDAT", b"".join(data)) + rest + chunk(b"IEND", b""))


def segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def _coded(bits, restart_bits=0):
    """`bits` zero bits, padded with ones; in intervals of `restart_bits`, with restart markers between them (T.81, F.1.2.3)."""
    def whole(count):
        rest = count % 8
        return bytes(count // 8) + (bytes([(1 << (8 - rest)) - 1]) if rest else b"")
    if not restart_bits or restart_bits >= bits:
        return whole(bits)
    parts, number = [], 0
    while bits > 0:
        count = min(bits, restart_bits)
        parts.append(whole(count))
        bits -= count
        if bits:
            parts.append(bytes([0xFF, 0xD0 + number % 8]))
        number += 1
    return b"".join(parts)


def jpeg(width, height, components=3, sampling=(2, 2), progressive=False, restart_rows=0, extra=b""):
    """A JPEG of one color with one-bit codes: 0 is "no difference" for a DC coefficient and "end of block" for the others.
    `extra` are segments after SOI."""
    sampling = sampling if components > 1 else (1, 1)
    # Of four components, the first and the last are not subsampled.
    factors = [sampling if index in (0, 3) else (1, 1) for index in range(components)]
    across, down = -(-width // (8 * sampling[0])), -(-height // (8 * sampling[1]))
    blocks = sum(horizontal * vertical for horizontal, vertical in factors)
    frame = struct.pack(">BHHB", 8, height, width, components)
    for index, (horizontal, vertical) in enumerate(factors):
        frame += bytes([index + 1, horizontal << 4 | vertical, 0])
    table = bytes([1]) + bytes(15) + bytes([0])
    out = [b"\xff\xd8", extra, segment(0xDB, b"\0" + bytes([16]) * 64), segment(0xC2 if progressive else 0xC0, frame),
           segment(0xC4, b"\x00" + table), segment(0xC4, b"\x10" + table)]
    # An interval is counted in MCUs, at most 65535.
    restart = across * restart_rows if 0 < across * restart_rows < 65536 else 0
    if restart and not progressive:
        out.append(segment(0xDD, struct.pack(">H", restart)))
    everything = b"".join(bytes([index + 1, 0]) for index in range(components))
    if not progressive:
        out.append(segment(0xDA, bytes([components]) + everything + b"\0\x3f\0"))
        out.append(_coded(2 * blocks * across * down, 2 * blocks * restart))
    else:
        out.append(segment(0xDA, bytes([components]) + everything + b"\0\0\0"))
        out.append(_coded(blocks * across * down))
        for index, (horizontal, vertical) in enumerate(factors):
            columns = -(-(-(-width * horizontal // sampling[0])) // 8)
            rows = -(-(-(-height * vertical // sampling[1])) // 8)
            out.append(segment(0xDA, bytes([1, index + 1, 0]) + b"\x01\x3f\0"))
            out.append(_coded(columns * rows))
    return b"".join(out) + b"\xff\xd9"
