import CLibDeflate
import ImageCore
import PixelKernels
import TestSupport
import Testing

@testable import ImageCodecs

/// A zlib stream that is compressed in pieces is one stream for every reader.
@Suite struct ZlibWriterTests {
  private let pool = BufferPool()

  /// Contents for all kinds of blocks: noise is stored, text has dynamic codes, and few bytes have the fixed codes.
  private func contents(_ count: Int, seed: UInt64) -> [UInt8] {
    parts(count, seed: seed, maxLength: 90_000) { kind, length, numbers in
      switch kind {
      case 0: numbers.bytes(length)
      case 1: [UInt8](repeating: UInt8.random(in: 0...255, using: &numbers), count: length)
      case 2: (0..<length).map { UInt8(truncatingIfNeeded: $0 * $0 >> 5) }
      default: (0..<length).map { _ in UInt8.random(in: 0...7, using: &numbers) }
      }
    }
  }

  /// Parts of random lengths and four random kinds.
  private func parts(
    _ count: Int, seed: UInt64, maxLength: Int,
    _ part: (_ kind: Int, _ length: Int, _ numbers: inout SeededNumbers) -> [UInt8]
  ) -> [UInt8] {
    var numbers = SeededNumbers(seed: seed)
    var result: [UInt8] = []
    while result.count < count {
      let length = Int.random(in: 1...maxLength, using: &numbers)
      result += part(Int.random(in: 0..<4, using: &numbers), length, &numbers)
    }
    return Array(result.prefix(count))
  }

  private func compressed(
    _ source: [UInt8], level: Int, minSaving: PerMille? = nil, partByteCount: Int? = nil,
    _ instructionSet: InstructionSet = .current
  ) throws -> [UInt8] {
    let writer = ZlibWriter(
      compressor: try #require(Compressor(level: level)), minSaving: minSaving, instructionSet: instructionSet,
      pool: pool)
    let file = GrowingFile(pool: pool)
    let size = partByteCount ?? source.count
    try writer.compress(byteCount: source.count, maxPartByteCount: size, to: file) { stream throws(CodecError) in
      for start in stride(from: 0, to: source.count, by: size) {
        let part = source[start..<min(start + size, source.count)]
        try unsafe stream.append(byteCount: part.count) { to in
          unsafe UnsafeMutableRawBufferPointer(start: to, count: part.count).copyBytes(from: part)
        }
      }
    }
    return unsafe [UInt8](file.bytes)
  }

  private func inflated(_ stream: [UInt8], _ count: Int) throws -> [UInt8] {
    let decompressor = try unsafe #require(libdeflate_alloc_decompressor())
    defer { unsafe libdeflate_free_decompressor(decompressor) }
    var result = [UInt8](repeating: 0, count: count)
    let status = unsafe libdeflate_zlib_decompress(decompressor, stream, stream.count, &result, count, nil)
    #expect(status == LIBDEFLATE_SUCCESS)
    return result
  }

  @Test(arguments: [0, 1, 3, 5, 7, 10])
  func `the pieces form one stream, hardly longer than a stream compressed at once`(level: Int) throws {
    let sizes = level == 10 ? [4_500_000] : [524_288, 524_289, 1_048_576, 1_500_001, 2_700_000]
    for (index, size) in sizes.enumerated() {
      let source = contents(size, seed: UInt64(level * 10 + index))
      let stream = try compressed(source, level: level)
      #expect(try inflated(stream, size) == source, "\(size) bytes")
      let compressor = try #require(Compressor(level: level))
      var whole = [UInt8](repeating: 0, count: compressor.bound(size))
      let count = unsafe source.withUnsafeBytes { source in
        let space = whole.count
        return unsafe whole.withUnsafeMutableBytes {
          unsafe compressor.compress(source, $0.baseAddress.unsafelyUnwrapped, space)
        }
      }
      #expect(stream.prefix(2) == whole.prefix(2), "the header is libdeflate's")
      #expect(stream.count < count + count / 50, "\(size) bytes")
      if size <= 524_288 && level < 8 { #expect(stream == Array(whole.prefix(count))) }
    }
  }

  /// Contents as filtered rows of photographs have them: small numbers, long runs, and patterns that repeat.
  private func rows(_ count: Int, seed: UInt64) -> [UInt8] {
    parts(count, seed: seed, maxLength: 40_000) { kind, length, numbers in
      switch kind {
      case 0: return (0..<length).map { _ in UInt8(truncatingIfNeeded: numbers.next() & numbers.next() & 15) }
      case 1: return [UInt8](repeating: UInt8.random(in: 0...255, using: &numbers), count: length % 700)
      case 2:
        let pattern = numbers.bytes(97)
        return (0..<length).map { pattern[$0 % 97] }
      default: return numbers.bytes(length)
      }
    }
  }

  @Test(arguments: [0, 50, 160, 1000])
  func `strips of runs and pieces of matches form one stream`(minSaving: Int) throws {
    for (index, size) in [1, 9, 4095, 4096, 65_535, 65_536, 65_537, 200_000, 1_300_001].enumerated() {
      let source = rows(size, seed: UInt64(minSaving + index))
      let stream = try compressed(source, level: 2, minSaving: minSaving)
      #expect(try inflated(stream, size) == source, "\(size) bytes")
    }
  }

  @Test(arguments: [0, 2, 6, 10], [nil, 160])
  func `the stream does not depend on the parts in which its bytes are appended`(level: Int, minSaving: Int?) throws {
    let source = rows(1_500_000, seed: 11) + contents(3_000_000, seed: 12)
    let whole = try compressed(source, level: level, minSaving: minSaving)
    #expect(try inflated(whole, source.count) == source)
    for size in [3841, 65_536, 700_001] {
      let stream = try compressed(source, level: level, minSaving: minSaving, partByteCount: size)
      #expect(stream == whole, "parts of \(size) bytes")
    }
  }

  @Test func `every length of a run comes back`() throws {
    // A run of each length after a literal that differs from it, and noise that keeps the codes of literals long.
    var numbers = SeededNumbers(seed: 5)
    var source: [UInt8] = []
    for length in 1...600 {
      source += [UInt8](repeating: UInt8(length & 127), count: length) + numbers.bytes(length % 9).map { $0 | 128 }
    }
    let stream = try compressed(source, level: 2, minSaving: 1000)
    #expect(try inflated(stream, source.count) == source)
  }

  @Test func `codes of literals are limited to the longest one that the kernel can write`() throws {
    // Counts that grow as Fibonacci's numbers give the deepest Huffman code.
    var (count, next) = (1, 1)
    var source: [UInt8] = []
    for byte in 0..<22 {
      source += [UInt8](repeating: UInt8(byte), count: count)
      (count, next) = (next, count + next)
    }
    var numbers = SeededNumbers(seed: 7)
    source.shuffle(using: &numbers)
    #expect(source.count < RunCoder.stripByteCount)
    let stream = try compressed(source, level: 2, minSaving: 1000)
    #expect(try inflated(stream, source.count) == source)
    var counts = [UInt32](repeating: 0, count: RunCoding.symbolCount)
    for byte in source { counts[Int(byte)] += 1 }
    counts[RunCoding.endOfBlock] = 1
    let code = DeflateCode(counts: counts, maxLength: RunCoding.maxCodeLength)
    // The best code has lengths up to 22.
    let lengths = code.lengths.filter { $0 > 0 }
    #expect(lengths.count == 23 && lengths.allSatisfy { $0 <= 14 })
    #expect(lengths.reduce(0) { $0 + (1 << (14 - Int($1))) } == 1 << 14, "the code is complete")
  }

  @Test func `strips of runs have the same bytes with every instruction set`() throws {
    let source = rows(300_000, seed: 4)
    let streams = try InstructionSet.allCases.filter(\.isSupported).map {
      try compressed(source, level: 2, minSaving: 160, $0)
    }
    #expect(Set(streams).count == 1)
  }

  @Test func `matches are searched only where they save bits`() throws {
    var numbers = SeededNumbers(seed: 6)
    // Small numbers without order hardly match anywhere. A pattern of noise matches itself.
    let noise = (0..<262_144).map { _ in UInt8(truncatingIfNeeded: numbers.next() & numbers.next() & 31) }
    let pattern = numbers.bytes(3000)
    let repeated = (0..<262_144).map { pattern[$0 % 3000] }
    func count(_ source: [UInt8], _ minSaving: Int?) throws -> Int {
      try compressed(source, level: 2, minSaving: minSaving).count
    }
    #expect(try count(noise, 160) == count(noise, 1000))
    #expect(try count(noise, 160) < count(noise, nil))
    #expect(try count(repeated, 160) == count(repeated, nil))
    #expect(try count(repeated, 160) < count(repeated, 1000) / 10)
  }

  @Test func `a PNG of several pieces has the same pixels for libpng and for the fast decoder`() throws {
    let size = PixelSize(width: 700, height: 600)
    let pixels = patternPixels(size: size, channels: 3, depth: .eight, seed: 9)
    let plane = plane(pixels, size: size, channels: 3, depth: .eight, from: pool)
    let encoder = LibdeflatePNGEncoder(pool: pool)
    for level in [0, 1, 6] {
      let bytes = try unsafe [UInt8](encoder.encode(plane, level: level))
      let plain = try #require(PlainPNG(bytes))
      #expect(plain.isSound && plain.pixels == pixels)
      #expect(fastPixels(bytes, like: plain, instructionSet: .current) == pixels)
    }
  }

  @Test func `the fast decoder reads blocks whose only distance is 1`() throws {
    let size = PixelSize(width: 900, height: 300)
    var numbers = SeededNumbers(seed: 10)
    // Small steps, and rows that equal the one above.
    var pixels: [UInt8] = []
    for y in 0..<300 {
      for x in 0..<2700 {
        let isEqual = y % 4 > 0 && pixels.count >= 2700
        pixels.append(
          isEqual ? pixels[pixels.count - 2700] : UInt8(truncatingIfNeeded: x / 30 + Int(numbers.next() & 7)))
      }
    }
    let plane = plane(pixels, size: size, channels: 3, depth: .eight, from: pool)
    let encoder = LibdeflatePNGEncoder(pool: pool)
    let bytes = try unsafe [UInt8](encoder.encode(plane, level: 1))
    let plain = try #require(PlainPNG(bytes))
    #expect(plain.isSound && plain.pixels == pixels)
    for set in InstructionSet.allCases where set.isSupported {
      for room in PlaneRoom.allCases {
        #expect(fastPixels(bytes, like: plain, instructionSet: set, room: room) == pixels)
      }
    }
  }

  @Test func `a truncated stream has no end, and a changed one is read within its memory`() throws {
    let source = contents(300_000, seed: 3)
    let compressor = try #require(Compressor(level: 6))
    var stream = [UInt8](repeating: 0, count: compressor.bound(source.count) + DeflateEnd.slack)
    let space = stream.count
    let count = unsafe source.withUnsafeBytes { source in
      unsafe stream.withUnsafeMutableBytes {
        unsafe compressor.deflate(source, $0.baseAddress.unsafelyUnwrapped, space)
      }
    }
    func end(_ stream: [UInt8], _ count: Int, byteCount: Int = 300_000) throws -> DeflateEnd? {
      var stream = stream
      for index in count..<stream.count { stream[index] = 0 }
      return try unsafe stream.withUnsafeBytes {
        try unsafe DeflateEnd(
          UnsafeRawBufferPointer(rebasing: $0[..<count]), byteCount: byteCount,
          inflateLoop: InstructionSet.current.inflateLoop,
          pool: pool)
      }
    }
    let whole = try #require(try end(stream, count))
    #expect((whole.end + 7) / 8 == count && whole.mark < whole.end)
    #expect(stream[whole.mark / 8] >> UInt8(whole.mark % 8) & 1 == 1)
    #expect(try end(stream, count, byteCount: 299_999) == nil && end(stream, count, byteCount: 300_001) == nil)
    for cut in stride(from: 1, to: count - 1, by: 997) { #expect(try end(stream, cut) == nil) }
    var numbers = SeededNumbers(seed: 1)
    for _ in 0..<300 {
      var changed = stream
      changed[Int.random(in: 0..<count, using: &numbers)] ^= UInt8.random(in: 1...255, using: &numbers)
      // The end may be found or not. The test is that no memory outside the buffers is accessed.
      _ = try end(changed, count)
    }
  }
}
