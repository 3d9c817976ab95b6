internal import Glibc

// Reading JPEG's markers and tables; every offset is checked against the end, in release builds too.

extension RawSpan {
  func byte(_ offset: Int) -> UInt8 {
    // SAFETY: any byte is a UInt8, and the load checks its bounds.
    unsafe unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// Two bytes, big-endian.
  func integer(_ offset: Int) -> Int { Int(byte(offset)) << 8 | Int(byte(offset + 1)) }

  /// The marker that stands at `offset`, fill bytes before it passed over, and where its own 0xFF is.
  /// Nil where something else stands there, or nothing.
  func marker(at offset: Int) -> (marker: UInt8, start: Int)? {
    var offset = offset
    while offset + 1 < byteCount, byte(offset) == 0xFF {
      let next = byte(offset + 1)
      if next != 0xFF { return next == 0 ? nil : (next, offset) }
      offset += 1
    }
    return nil
  }

  /// Where the marker stands that ends the entropy-coded data from `offset` on; nil where none does, or where there are
  /// restart markers that no interval was set for, or 0xFF twice.
  func endOfScan(from offset: Int, hasRestarts: Bool) -> Int? {
    var offset = offset
    while let found = firstFF(from: offset), found + 1 < byteCount {
      switch byte(found + 1) {
      case 0: offset = found + 2
      case 0xFF: return isFill(from: found) ? found : nil
      case 0xD0...0xD7:
        guard hasRestarts else { return nil }
        offset = found + 2
      default: return found
      }
    }
    return nil
  }

  /// Calls `body` with each restart marker among a scan's data: its number from 1, and where it stands.
  /// - Parameter data: as `endOfScan` bounds them.
  func forEachRestartMarker(in data: Range<Int>, _ body: (_ number: Int, _ offset: Int) -> Void) {
    var (number, offset) = (0, data.lowerBound)
    while let position = firstFF(from: offset), position + 1 < data.upperBound {
      if byte(position + 1) != 0 {
        number += 1
        body(number, position)
      }
      offset = position + 2
    }
  }

  /// Whether bytes 0xFF lead to a marker that is no restart marker. As entropy-coded data, libjpeg takes more than one
  /// 0xFF before a zero for a single byte of data.
  private func isFill(from offset: Int) -> Bool {
    guard let (marker, _) = marker(at: offset) else { return false }
    return !(0xD0...0xD7).contains(marker)
  }

  private func firstFF(from offset: Int) -> Int? {
    guard offset < byteCount else { return nil }
    return unsafe withUnsafeBytes { bytes in
      // SAFETY: `offset < byteCount`, and so many bytes are there.
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + offset, 0xFF, byteCount - offset) else {
        return nil
      }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// How many symbols the Huffman table has whose 16 counts stand at `offset`.
  /// Nil where they are more than 256 or than bytes are left, or where codes do not fit their lengths, all ones being
  /// none (ITU-T T.81, annex C and F.1.2.1.2; the same checks as libjpeg's).
  func huffmanSymbols(at offset: Int) -> Int? {
    var symbols = 0
    var nextCode = 0
    for length in 1...16 {
      let count = Int(byte(offset + length - 1))
      symbols += count
      nextCode += count
      guard nextCode < 1 << length else { return nil }
      nextCode <<= 1
    }
    return symbols <= 256 && symbols <= byteCount - offset - 16 ? symbols : nil
  }
}
