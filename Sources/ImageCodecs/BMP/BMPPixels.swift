internal import ImageCore

/// Converts the rows of a BMP that are not compressed to RGB or RGBA.
struct BMPPixels {
  private enum Kind {
    /// Indices of 1, 2, 4 or 8 bits.
    case indices(ColorTable)
    /// Blue, green, red, in 3 or 4 bytes, the fourth of which may be alpha.
    case bytes
    case fields([BitField])
  }

  private let kind: Kind
  private let width: Int
  private let bits: Int
  private let channels: Int
  /// The indices of a row of fewer than 8 bits.
  private var unpacked: [UInt8] = []

  /// - Parameter isOpaque: whether alpha is ignored.
  init(_ header: BMPHeader, _ bytes: RawSpan, isOpaque: Bool) {
    (width, bits, channels) = (header.size.width, header.bits, header.hasAlpha ? 4 : 3)
    let hasUsualMasks =
      header.masks.dropLast() == [0xFF0000, 0xFF00, 0xFF] && [0, 0xFF00_0000].contains(header.masks[3])
    if bits <= 8 {
      kind = .indices(ColorTable(header, bytes))
      if bits < 8 { unpacked = [UInt8](repeating: 0, count: width + 7) }
    } else if bits == 24 || (bits == 32 && hasUsualMasks && !isOpaque) {
      kind = .bytes
    } else {
      let masks = isOpaque ? header.masks.dropLast() + [0] : header.masks
      kind = .fields(masks.prefix(channels).map { BitField($0) })
    }
  }

  /// - Parameters:
  ///   - source: the bytes of a row; its padding may be missing.
  ///   - row: has room for the pixels.
  mutating func convert(_ source: RawSpan, to row: inout MutableRawSpan) {
    switch kind {
    case .indices(let colors):
      guard bits < 8 else {
        colors.expand(source.extracting(0..<width), to: &row, at: 0, channels: channels)
        return
      }
      unpack(source)
      unsafe colors.expand(unpacked.span.bytes.extracting(0..<width), to: &row, at: 0, channels: channels)
    case .bytes where bits == 24: BMPPixels.swap24(source, to: &row, width)
    case .bytes where channels == 3: BMPPixels.swap32(source, to: &row, width)
    case .bytes: BMPPixels.swapAlpha(source, to: &row, width)
    case .fields(let fields): split(source, fields, to: &row)
    }
  }

  private mutating func unpack(_ source: RawSpan) {
    let (perByte, mask) = (8 / bits, UInt8(1 << bits - 1))
    var x = 0
    for offset in 0..<(width + perByte - 1) / perByte {
      let byte = source.byte(offset)
      var shift = 8 - bits
      while shift >= 0 {
        unpacked[x] = byte >> UInt8(shift) & mask
        shift -= bits
        x += 1
      }
    }
  }

  /// Four bytes are read and stored for three, except for the last pixel, because the row may end after it.
  private static func swap24(_ source: RawSpan, to row: inout MutableRawSpan, _ width: Int) {
    for x in 0..<width - 1 {
      let pixel = source.littleEndian(3 * x, UInt32.self)
      row.storeBytes(of: UInt32(bigEndian: pixel << 8), toByteOffset: 3 * x, as: UInt32.self)
    }
    store(source, from: 3 * (width - 1), to: &row, at: 3 * (width - 1))
  }

  private static func swap32(_ source: RawSpan, to row: inout MutableRawSpan, _ width: Int) {
    for x in 0..<width - 1 {
      let pixel = source.littleEndian(4 * x, UInt32.self)
      row.storeBytes(of: UInt32(bigEndian: pixel << 8), toByteOffset: 3 * x, as: UInt32.self)
    }
    store(source, from: 4 * (width - 1), to: &row, at: 3 * (width - 1))
  }

  private static func store(_ source: RawSpan, from offset: Int, to row: inout MutableRawSpan, at target: Int) {
    for channel in 0..<3 {
      row.storeBytes(of: source.byte(offset + 2 - channel), toByteOffset: target + channel, as: UInt8.self)
    }
  }

  private static func swapAlpha(_ source: RawSpan, to row: inout MutableRawSpan, _ width: Int) {
    for x in 0..<width {
      let pixel = source.littleEndian(4 * x, UInt32.self)
      let turned = pixel & 0xFF00_FF00 | (pixel & 0xFF) << 16 | pixel >> 16 & 0xFF
      row.storeBytes(of: UInt32(littleEndian: turned), toByteOffset: 4 * x, as: UInt32.self)
    }
  }

  private func split(_ source: RawSpan, _ fields: [BitField], to row: inout MutableRawSpan) {
    var target = 0
    for x in 0..<width {
      let pixel = bits == 16 ? UInt32(source.littleEndian(2 * x, UInt16.self)) : source.littleEndian(4 * x, UInt32.self)
      for field in fields {
        row.storeBytes(of: field.sample(pixel), toByteOffset: target, as: UInt8.self)
        target += 1
      }
    }
  }
}

/// The bits of one channel in a pixel, scaled to 8 bits.
struct BitField {
  private let shift: UInt32
  private let mask: UInt32
  /// The sample of each value.
  private let samples: [UInt8]

  /// - Parameter bits: the position of the channel; 0 for none, which is opaque alpha.
  init(_ bits: UInt32) {
    // Of more than 8 bits the lower ones do not matter.
    let count = min(8, bits.nonzeroBitCount)
    shift = UInt32(bits == 0 ? 0 : UInt32.bitWidth - bits.leadingZeroBitCount - count)
    let greatest = 1 << count - 1
    mask = UInt32(greatest)
    samples = bits == 0 ? [255] : (0...greatest).map { UInt8(($0 * 255 + greatest / 2) / greatest) }
  }

  func sample(_ pixel: UInt32) -> UInt8 { samples[Int(pixel >> shift & mask)] }
}

extension ColorTable {
  init(_ header: BMPHeader, _ bytes: RawSpan) {
    let (start, count, stride) = header.colors
    self.init(bytes.extracting(start..<start + count * stride), count: count, stride: stride, isBGR: true)
  }
}
