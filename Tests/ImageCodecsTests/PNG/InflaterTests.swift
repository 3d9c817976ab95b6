import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("The inflater")
struct InflaterTests {
  /// Inflates a zlib stream in pieces of some size, from IDATs of some size; nil if the stream is rejected.
  private func inflated(
    _ stream: [UInt8], set: InstructionSet, piece: Int = 50_000, chunk: Int = 7000, maximum: Int = 1 << 20,
    deadline: UInt64 = 0
  ) -> [UInt8]? {
    var builder = PNGBuilder()
    for start in stride(from: 0, to: stream.count, by: chunk) {
      builder.chunk("IDAT", Array(stream[start..<min(start + chunk, stream.count)]))
    }
    let inflater = Inflater(set.inflateLoop)
    let capacity = Inflater.window + piece
    var memory = [UInt8](repeating: 0, count: capacity + 2 * Inflater.slack)
    var result: [UInt8] = []
    return unsafe builder.bytes.withUnsafeBytes { file in
      unsafe memory.withUnsafeMutableBytes { memory -> [UInt8]? in
        let base = unsafe memory.baseAddress.unsafelyUnwrapped
        let pieces = unsafe IDATReader(firstData: 8, byteCount: stream.count, of: file)
        guard inflater.begin(pieces, deadline: deadline) else { return nil }
        var output = unsafe base
        while result.count <= maximum {
          let start = unsafe output
          let status = unsafe inflater.run(&output, stop: min(start + piece, base + capacity), windowStart: base)
          unsafe result.append(contentsOf: UnsafeRawBufferPointer(start: start, count: output - start))
          switch status {
          case .ended: return result
          case .faulty: return nil
          case .paused: break
          }
          let kept = unsafe min(Inflater.window, output - base)
          unsafe base.copyMemory(from: output - kept, byteCount: kept)
          unsafe output = unsafe base + kept
        }
        return nil
      }
    }
  }

  @Test("A stream of empty blocks, which completes no row at which the clock is checked, ends at the deadline")
  func deadline() {
    var stream: [UInt8] = [0x78, 0x01]
    for _ in 0..<100 { stream += [0, 0, 0, 0xFF, 0xFF] }
    // The last block has one byte; the checksum follows.
    stream += [1, 1, 0, 0xFE, 0xFF, 7, 0, 8, 0, 8]
    #expect(inflated(stream, set: .baseline) == [7])
    #expect(inflated(stream, set: .baseline, deadline: .max) == [7])
    #expect(inflated(stream, set: .baseline, deadline: 1) == nil)
  }

  /// Bytes of several kinds: random, few letters, runs, and near and far repetitions.
  private static func bytes(_ kind: Int) -> [UInt8] {
    var numbers = SeededNumbers(seed: UInt64(kind))
    switch kind {
    case 0: return []
    case 1: return [7]
    case 2: return numbers.bytes(100_000)
    case 3: return [UInt8](repeating: 0, count: 200_000)
    case 4: return (0..<150_000).map { _ in UInt8(numbers.next().leadingZeroBitCount) }
    case 5:
      // Every distance up to 40, in matches of many lengths.
      var result: [UInt8] = []
      for period in 1...40 {
        let letters = numbers.bytes(period)
        for index in 0..<300 { result.append(letters[index % period]) }
        result += numbers.bytes(9)
      }
      return result
    case 6:
      // The same bytes again just within the window, and just beyond it.
      let letters = numbers.bytes(32_768)
      var result = letters + letters
      result += numbers.bytes(3)
      result += letters
      return result
    default:
      var result: [UInt8] = []
      for index in 0..<60_000 {
        result += index % 97 == 0 ? numbers.bytes(5) : [UInt8(index & 255), UInt8((index >> 3) & 255)]
      }
      return result
    }
  }

  @Test("What libdeflate compresses is inflated unchanged", arguments: 0...7, InstructionSet.allCases)
  func roundTrip(_ kind: Int, _ set: InstructionSet) {
    if !set.isSupported { return }
    let bytes = InflaterTests.bytes(kind)
    for level in [0, 1, 6, 12] {
      let stream = PNGBuilder.deflated(bytes, level: level)
      for (piece, chunk) in [(50_000, 7000), (1000, 100_000), (37, 13)] where piece > 100 || bytes.count < 20_000 {
        #expect(inflated(stream, set: set, piece: piece, chunk: chunk) == bytes, "level \(level), \(piece), \(chunk)")
      }
    }
  }

  @Test("A truncated stream, one with extra bytes and one with a wrong header are rejected", arguments: [1, 4, 5])
  func brokenStreams(_ kind: Int) {
    let stream = PNGBuilder.deflated(InflaterTests.bytes(kind), level: 6)
    for count in stride(from: 0, to: stream.count, by: max(1, stream.count / 50)) {
      #expect(inflated(Array(stream.prefix(count)), set: .current) == nil, "\(count) of \(stream.count)")
    }
    #expect(inflated(stream + [0], set: .current) == nil)
    // An unknown method, a window of 64 KB, a dictionary, wrong check bits.
    for header: [UInt8] in [[0x77, 0x01], [0x88, 0x1C], [0x78, 0x20], [0x78, 0x02]] {
      #expect(inflated(header + stream.dropFirst(2), set: .current) == nil)
    }
  }

  @Test("Blocks that no encoder may write are rejected")
  func forbiddenBlocks() {
    /// The last block with some bits, lowest first, after its three header bits.
    func refuses(_ type: UInt64, _ fields: [(value: UInt64, bits: Int)]) -> Bool {
      var bits: [UInt8] = [1, UInt8(type & 1), UInt8(type >> 1)]
      for field in fields { for bit in 0..<field.bits { bits.append(UInt8((field.value >> UInt64(bit)) & 1)) } }
      bits += [UInt8](repeating: 0, count: 400)
      var bytes: [UInt8] = [0x78, 0x01]
      for start in stride(from: 0, to: bits.count - 7, by: 8) {
        var byte: UInt8 = 0
        for bit in 0..<8 { byte |= bits[start + bit] << UInt8(bit) }
        bytes.append(byte)
      }
      return inflated(bytes, set: .current) == nil
    }
    #expect(refuses(3, []), "a type that is none")
    #expect(refuses(0, [(0, 5), (5, 16), (5, 16)]), "a length that is not its complement")
    // Fixed codes, first bit first: 0000001 is a length of 3, followed by five bits of a distance.
    #expect(refuses(1, [(0b100_0000, 7), (0, 5)]), "a match before the first byte")
    #expect(refuses(1, [(0b0110_0011, 8), (0b011, 8)]), "the literal 286")
    #expect(refuses(2, [(30, 5), (0, 5), (0, 4)]), "287 literals")
    #expect(refuses(2, [(0, 5), (30, 5), (0, 4)]), "31 distances")
    #expect(refuses(2, [(0, 5), (0, 5), (0, 4), (1, 3), (1, 3), (1, 3), (1, 3)]), "too many codes")
    #expect(refuses(2, [(0, 5), (0, 5), (0, 4), (1, 3), (2, 3), (0, 3), (0, 3)]), "too few codes")
    #expect(refuses(2, [(0, 5), (0, 5), (0, 4), (1, 3), (0, 3), (0, 3), (1, 3), (1, 1)]), "a repetition of nothing")
  }

  @Test("A stored block may begin wherever a piece of the input ends", arguments: 0..<8)
  func storedBlocks(literals: Int) {
    var bits: [UInt8] = []
    func add(_ value: Int, _ count: Int) { for bit in 0..<count { bits.append(UInt8(value >> bit & 1)) } }
    let count = 3000
    for index in 0..<count {
      // Fixed codes: zeros as literals (00110000), then the end (0000000).
      add(0b010, 3)
      for _ in 0..<literals { add(0b0000_1100, 8) }
      add(0, 7)
      // An empty stored block.
      add(index == count - 1 ? 1 : 0, 3)
      while bits.count % 8 > 0 { bits.append(0) }
      add(0xFFFF_0000, 32)
    }
    let blocks = stride(from: 0, to: bits.count, by: 8).map { start in
      (0..<8).reduce(UInt8(0)) { $0 | bits[start + $1] << UInt8($1) }
    }
    // The Adler-32 of zeros: 1, and the number of bytes.
    let sum = count * literals % 65_521
    let stream = [0x78, 0x01] + blocks + [UInt8(sum >> 8), UInt8(sum & 255), 0, 1]
    for set in InstructionSet.allCases {
      let result = inflated(stream, set: set)
      #expect(result == [UInt8](repeating: 0, count: count * literals), "\(set)")
    }
  }

  @Test("Changed bytes never inflate to other bytes unnoticed, nor are written out of bounds", arguments: [4, 5, 7])
  func mutations(_ kind: Int) {
    let bytes = Array(InflaterTests.bytes(kind).prefix(20_000))
    var numbers = SeededNumbers(seed: UInt64(kind))
    for level in [1, 9] {
      let stream = PNGBuilder.deflated(bytes, level: level)
      for _ in 0..<300 {
        var changed = stream
        for _ in 0..<3 {
          changed[Int(numbers.next() % UInt64(stream.count))] ^= 1 << UInt8(numbers.next() & 7)
        }
        guard let result = inflated(changed, set: .current, piece: 4000) else { continue }
        #expect(result == bytes)
      }
    }
  }
}
