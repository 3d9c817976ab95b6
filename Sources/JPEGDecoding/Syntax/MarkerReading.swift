internal import Glibc
internal import ImageCore

// Reads the markers and tables of a JPEG. Every offset is checked against the end, in release builds too.

extension RawSpan {
  /// Two bytes, big-endian.
  func integer(_ offset: Int) -> Int { Int(byte(offset)) << 8 | Int(byte(offset + 1)) }

  /// The marker at `offset`, after any fill bytes, and the offset of its 0xFF. Nil if there is no marker.
  func marker(at offset: Int) -> (marker: UInt8, start: Int)? {
    var offset = offset
    while offset + 1 < byteCount, byte(offset) == 0xFF {
      let next = byte(offset + 1)
      if next != 0xFF { return next == 0 ? nil : (next, offset) }
      offset += 1
    }
    return nil
  }

  /// The offset of the marker that ends the entropy-coded data starting at `offset`. Nil if there is none, or if the data contain
  /// restart markers without a restart interval, or 0xFF twice.
  func endOfScan(from offset: Int, hasRestarts: Bool) -> Int? {
    var offset = offset
    while let found = firstFF(from: offset), found + 1 < byteCount {
      switch byte(found + 1) {
      case 0: offset = found + 2
      case 0xFF: return isFill(from: found) ? found : nil
      case JPEGMarker.restarts:
        guard hasRestarts else { return nil }
        offset = found + 2
      default: return found
      }
    }
    return nil
  }

  /// Calls `body` with the number of each restart marker in the data of a scan, counted from 1, and its offset.
  /// - Parameter data: a range whose end `endOfScan` determined.
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

  /// Whether the bytes 0xFF at `offset` are fill bytes before a marker other than a restart marker. In entropy-coded data,
  /// libjpeg reads several 0xFF before a zero as a single byte of data.
  private func isFill(from offset: Int) -> Bool {
    guard let (marker, _) = marker(at: offset) else { return false }
    return !(JPEGMarker.restarts).contains(marker)
  }

  /// The offset of the first 0xFF at `offset` or after it.
  package func firstFF(from offset: Int) -> Int? {
    // Not `first(_:from:)`: a call to another module for each 0xFF costs 0.4 % of a decoding.
    guard offset < byteCount else { return nil }
    return unsafe withUnsafeBytes { bytes in
      // SAFETY: `offset < byteCount`, so `byteCount - offset` bytes are readable.
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + offset, 0xFF, byteCount - offset) else {
        return nil
      }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// The number of symbols of the Huffman table whose 16 counts start at `offset`.
  ///
  /// Nil if there are more than 256 symbols, or more than bytes left, or if codes do not fit their lengths. A code of all ones is
  /// illegal (ITU-T T.81, annex C and F.1.2.1.2). libjpeg checks the same.
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
