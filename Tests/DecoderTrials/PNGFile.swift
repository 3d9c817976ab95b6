/// The chunks of a PNG. They can be damaged and then written with correct checksums, so that the damage passes the first check.
struct PNGFile {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private struct Chunk {
    var name: [UInt8]
    var body: [UInt8]
  }

  private var chunks: [Chunk] = []
  /// Bytes at the end that are not a chunk.
  private var rest: [UInt8] = []

  init(_ bytes: [UInt8]) {
    var offset = 8
    while offset + 12 <= bytes.count {
      let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= bytes.count - offset - 12 else { break }
      chunks.append(
        Chunk(name: Array(bytes[offset + 4..<offset + 8]), body: Array(bytes[offset + 8..<offset + 8 + length])))
      offset += 12 + length
    }
    rest = Array(bytes[min(offset, bytes.count)...])
  }

  var bytes: [UInt8] {
    PNGFile.signature
      + chunks.flatMap { chunk in
        let checked = chunk.name + chunk.body
        return bigEndian(UInt32(chunk.body.count)) + checked + bigEndian(checksum(checked))
      } + rest
  }

  mutating func damage(with random: inout Randomness) {
    guard !chunks.isEmpty else { return }
    let position = random.below(chunks.count)
    switch random.below(8) {
    case 0: chunks.swapAt(position, random.below(chunks.count))
    case 1: chunks.insert(chunks[position], at: random.below(chunks.count))
    case 2: chunks.remove(at: position)
    case 3:
      let names = [
        "IHDR", "PLTE", "tRNS", "IDAT", "IEND", "iCCP", "eXIf", "gAMA", "cHRM", "sRGB", "zTXt", "abcD", "ABCD", "cICP",
        "sBIT", "bKGD", "hIST",
      ]
      chunks[position].name = Array(random.pick(names).utf8)
    case 4: describeOtherwise(with: &random)
    case 5: storeOtherRows(with: &random)
    case 6: insertColors(at: position, with: &random)
    default:
      for _ in 0...random.below(6) where !chunks[position].body.isEmpty {
        chunks[position].body[random.below(chunks[position].body.count)] = random.nastyByte()
      }
    }
  }

  /// Changes the size, the depth, the color type or the interlacing in IHDR.
  private mutating func describeOtherwise(with random: inout Randomness) {
    guard let position = chunks.firstIndex(where: { $0.body.count == 13 }) else { return }
    switch random.below(4) {
    case 0: chunks[position].body[3 + 4 * random.below(2)] = random.nastyByte()
    case 1: chunks[position].body[8] = random.pick([1, 2, 4, 8, 16, 0, 32])
    case 2: chunks[position].body[9] = random.pick([0, 2, 3, 4, 6, 1, 7])
    default: chunks[position].body[12] ^= 1
    }
  }

  /// Inserts color chunks that are valid alone, but possibly not in this order or combination.
  private mutating func insertColors(at position: Int, with random: inout Randomness) {
    let bodies: [(name: String, body: [UInt8])] = [
      ("PLTE", [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]), ("tRNS", [0, 20]), ("tRNS", [0, 1, 0, 2, 0, 3]),
      ("gAMA", [0, 1, 0x86, 0xA0]), ("sRGB", [0]), ("cICP", [9, 16, 0, 1]), ("cICP", [12, 13, 0, 1]),
    ]
    for _ in 0...random.below(3) {
      let (name, body) = random.pick(bodies)
      chunks.insert(Chunk(name: Array(name.utf8), body: body), at: min(chunks.count, position + random.below(2)))
    }
  }

  /// Writes random rows, with valid and invalid filters, into a stored and thus always valid zlib stream. It may be too short or
  /// too long.
  private mutating func storeOtherRows(with random: inout Randomness) {
    guard let position = chunks.firstIndex(where: { $0.name == Array("IDAT".utf8) }) else { return }
    let header = chunks[0].body
    guard header.count == 13, header[0] == 0, header[1] == 0, header[4] == 0, header[5] == 0 else { return }
    let width = Int(header[2]) << 8 | Int(header[3])
    let height = Int(header[6]) << 8 | Int(header[7])
    let samples = [1, 1, 3, 1, 2, 1, 4, 1][Int(header[9] & 7)]
    let row = 1 + (width * samples * Int(header[8]) + 7) / 8
    guard row * height < 1 << 20 else { return }
    let count = max(1, row * height + random.pick([0, 0, 0, -1, 1, -row, row, 7]))
    var raw: [UInt8] = []
    raw.reserveCapacity(count)
    for index in 0..<count {
      raw.append(index % row == 0 ? UInt8(random.below(40) == 0 ? 9 : random.below(5)) : random.byte())
    }
    var stream: [UInt8] = [0x78, 0x01]
    for start in stride(from: 0, to: count, by: 0xFFFF) {
      let piece = raw[start..<min(count, start + 0xFFFF)]
      let length = UInt16(piece.count)
      stream += [start + 0xFFFF >= count ? 1 : 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      stream += [UInt8(~length & 0xFF), UInt8(~length >> 8)] + piece
    }
    var (low, high) = (1, 0)
    for byte in raw {
      low = (low + Int(byte)) % 65521
      high = (high + low) % 65521
    }
    stream += bigEndian(UInt32(high << 16 | low) ^ (random.below(8) == 0 ? 1 : 0))
    chunks.removeAll { $0.name == Array("IDAT".utf8) }
    chunks.insert(Chunk(name: Array("IDAT".utf8), body: stream), at: min(position, chunks.count))
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * UInt32($0)) & 0xFF) } }

  private static let checksumTable: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }

  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0) { PNGFile.checksumTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }
}
