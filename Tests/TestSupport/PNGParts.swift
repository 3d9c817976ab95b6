/// PNG chunks assembled by hand, for files that no encoder here writes.
package enum PNGParts {
  package static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  /// A chunk with its length and a valid CRC.
  package static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(name.utf8) + body
    return bigEndian(UInt32(body.count)) + named + bigEndian(checksum(named))
  }

  package static func header(
    width: Int, height: Int, bits: Int = 8, colorType: Int, isInterlaced: Bool = false
  ) -> [UInt8] {
    let sides = bigEndian(UInt32(width)) + bigEndian(UInt32(height))
    return chunk("IHDR", sides + [UInt8(bits), UInt8(colorType), 0, 0, isInterlaced ? 1 : 0])
  }

  /// IDAT of rows that include their filter bytes.
  package static func data(_ rows: [UInt8]) -> [UInt8] { chunk("IDAT", stored(rows)) }

  package static func profile(_ bytes: [UInt8]) -> [UInt8] { chunk("iCCP", Array("icc\0\0".utf8) + stored(bytes)) }

  package static func gamma(_ value: UInt32) -> [UInt8] { chunk("gAMA", bigEndian(value)) }

  /// cHRM values times 100000: x and y of white, red, green and blue.
  package static func chromaticities(_ values: [UInt32]) -> [UInt8] { chunk("cHRM", values.flatMap(bigEndian)) }

  package static let end = chunk("IEND", [])

  /// A zlib stream of stored blocks.
  package static func stored(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x78, 0x01]
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(65_535)
      rest = rest.dropFirst(65_535)
      let count = UInt16(block.count)
      result += [rest.isEmpty ? 1 : 0, UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
      result += block
    } while !rest.isEmpty
    var (low, high) = (UInt32(1), UInt32(0))
    for byte in bytes {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    return result + bigEndian(high << 16 | low)
  }

  package static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }

  private static let checksumTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }

  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { checksumTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }
}
