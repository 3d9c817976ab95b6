internal import PixelKernels

/// `RunCoding`: the sequences must stand for the bytes, and the codes must be those of a plain writer of bits.
enum RunCodingTrials {
  static func run() {
    for seed in 0..<300 {
      var numbers = SeededNumbers(seed: UInt64(5000 + seed))
      let bytes = runs(numbers.within(1...6000), &numbers)
      let (sequences, count) = parse(bytes, from: numbers.below(min(bytes.count, 3)), &numbers)
      write(bytes, sequences, count, &numbers)
      search(bytes, &numbers)
    }
  }

  /// Runs of random lengths, some longer than a match, among literals.
  private static func runs(_ count: Int, _ numbers: inout SeededNumbers) -> [UInt8] {
    var bytes: [UInt8] = []
    let most = [4, 20, 700][numbers.below(3)]
    while bytes.count < count {
      let byte = UInt8(numbers.below(9))
      for _ in 0..<(numbers.below(3) == 0 ? numbers.within(1...most) : 1) { bytes.append(byte) }
    }
    return bytes
  }

  private static func parse(
    _ bytes: [UInt8], from start: Int, _ numbers: inout SeededNumbers
  ) -> (sequences: (start: Int, memory: Memory), count: Int) {
    let base = Memory(bytes)
    let sequences = Memory(4 * RunCoding.maxSequences(bytes.count - start), &numbers)
    let counts = Memory(4 * RunCoding.counterCount, &numbers)
    let parsed = unsafe RunCoding.parse(
      base.base, from: start, to: bytes.count, sequences: sequences.pointer(to: UInt32.self),
      counts: counts.pointer(to: UInt32.self))
    // The bytes that the sequences stand for, and the symbols that they take.
    var (result, twin) = (Digest(), Digest(bytes[start...]))
    var expected = [UInt32](repeating: 0, count: RunCoding.symbolCount)
    expected[RunCoding.endOfBlock] = 1
    var (place, extraBits) = (start, 0)
    for index in 0..<parsed.sequences {
      let sequence = Int(sequences.load(4 * index, UInt32.self))
      for byte in bytes[place..<place + sequence >> 9] {
        result.add(byte)
        expected[Int(byte)] += 1
      }
      place += sequence >> 9
      let run = sequence & 511
      guard run > 0 else { continue }
      for _ in 0..<run { result.add(bytes[place - 1]) }
      place += run
      let code = RunCoding.lengthCode(run)
      expected[code.symbol] += 1
      extraBits += code.extraCount + 1
    }
    for index in expected.indices {
      result.add(counts.load(4 * index, UInt32.self))
      twin.add(expected[index])
    }
    result.add(parsed.extraBits)
    twin.add(extraBits)
    Report.add("DEFLATE run coder, sequences", result, twin: twin)
    return ((start, sequences), parsed.sequences)
  }

  private static func write(
    _ bytes: [UInt8], _ sequences: (start: Int, memory: Memory), _ count: Int, _ numbers: inout SeededNumbers
  ) {
    let base = Memory(bytes, slack: 8)
    // Any codes will do; those of runs have the bits of their lengths and distances, too.
    let codes = (0...RunCoding.symbolCount + RunCoding.maxRun).map { index in
      let length = numbers.within(1...RunCoding.maxCodeLength + (index < RunCoding.symbolCount ? 0 : 6))
      return UInt32(length) << 24 | UInt32(numbers.below(1 << length))
    }
    let output = Memory(3 * bytes.count + 64, &numbers)
    var (bits, bitCount): (UInt64, UInt64) = (0b101, 3)
    var end = unsafe output.base
    unsafe RunCoding.write(
      base.base, from: sequences.start, sequences: sequences.memory.pointer(to: UInt32.self), sequenceCount: count,
      codes: codes, bits: &bits, bitCount: &bitCount, output: &end)
    var result = unsafe Digest(output.bytes(0..<end - output.base))
    result.add(bits)
    result.add(bitCount)

    var plain = PlainBits()
    plain.put(0b101, 3)
    var place = sequences.start
    for index in 0..<count {
      let sequence = Int(sequences.memory.load(4 * index, UInt32.self))
      for byte in bytes[place..<place + sequence >> 9] { plain.put(codes[Int(byte)]) }
      place += sequence >> 9 + sequence & 511
      if sequence & 511 > 0 { plain.put(codes[RunCoding.symbolCount + sequence & 511]) }
    }
    var twin = Digest(plain.bytes)
    twin.add(plain.held)
    twin.add(plain.count)
    Report.add("DEFLATE run coder, codes", result, twin: twin)
  }

  private struct PlainBits {
    var bytes: [UInt8] = []
    var held: UInt64 = 0
    var count = 0

    mutating func put(_ code: UInt32) { put(code & 0xFF_FFFF, Int(code >> 24)) }

    mutating func put(_ value: UInt32, _ length: Int) {
      for bit in 0..<length {
        held |= UInt64(value >> bit & 1) << count
        count += 1
        guard count == 8 else { continue }
        bytes.append(UInt8(held))
        (held, count) = (0, 0)
      }
    }
  }

  private static func search(_ bytes: [UInt8], _ numbers: inout SeededNumbers) {
    let base = Memory(bytes)
    let literalBits = (0..<256).map { _ in UInt8(numbers.within(1...14)) }
    let table = Memory(2 * RunCoding.searchTableCount, &numbers)
    let found = unsafe RunCoding.search(
      base.base, count: bytes.count, literalBits: literalBits, table: table.pointer(to: UInt16.self))
    var result = Digest()
    result.add(found.bits)
    result.add(found.savedBits)
    Report.add("DEFLATE, search for matches", result)
  }
}
