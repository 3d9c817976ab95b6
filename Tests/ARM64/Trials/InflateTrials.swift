internal import PixelKernels

/// `InflateCodes` and `InflateLoop` over streams that zlib wrote.
enum InflateTrials {
  /// - Parameters:
  ///   - stream: DEFLATE without a header.
  ///   - expected: what zlib wrote, or nothing if zlib rejects the stream.
  static func run(_ stream: [UInt8], expected: [UInt8]?, most: Int) {
    var numbers = SeededNumbers(seed: 6)
    let input = Memory(stream, slack: InflateCodes.maxHeaderBytes + 2 * InflateLoop.inputSlack)
    let output = Memory(most + InflateLoop.outputSlack, &numbers)
    let tables = Memory(4 * InflateCodes.capacity, &numbers)
    var reader = Reader(input: input, byteCount: stream.count, output: output, most: most, tables: tables)
    let count = reader.inflate()
    let result = count.map { Digest(output.bytes(0..<$0)) } ?? Digest()
    Report.add("DEFLATE inflate", result, twin: expected.map { Digest($0) } ?? Digest())
  }

  private struct Reader {
    let input: Memory
    let byteCount: Int
    let output: Memory
    let most: Int
    let tables: Memory
    var bits: UInt64 = 0
    var bitCount: UInt64 = 0
    var place = 0
    var written = 0

    /// The bytes that the blocks make; nil if they are faulty.
    mutating func inflate() -> Int? {
      var isLast = false
      while !isLast {
        guard place <= byteCount + 8 else { return nil }
        isLast = take(1) == 1
        switch take(2) {
        case 0: guard copyStored() else { return nil }
        case 1:
          guard unsafe InflateCodes.makeFixed(tables.pointer(to: UInt32.self)), runLoop() else { return nil }
        case 2: guard readCodes(), runLoop() else { return nil }
        default: return nil
        }
      }
      return written <= most && place - Int(bitCount >> 3) <= byteCount ? written : nil
    }

    private mutating func take(_ width: UInt64) -> Int {
      var next = unsafe UnsafeRawPointer(input.base + place)
      defer { place = unsafe next - UnsafeRawPointer(input.base) }
      return unsafe takeDeflateBits(width, &bits, &bitCount, &next)
    }

    private mutating func copyStored() -> Bool {
      _ = take(bitCount & 7)
      let (length, complement) = (take(16), take(16))
      place -= Int(bitCount >> 3)
      (bits, bitCount) = (0, 0)
      guard length ^ complement == 0xFFFF, place + length <= byteCount, written + length <= most else { return false }
      for index in 0..<length { output[written + index] = input[place + index] }
      place += length
      written += length
      return true
    }

    private mutating func readCodes() -> Bool {
      var next = unsafe UnsafeRawPointer(input.base + place)
      defer { place = unsafe next - UnsafeRawPointer(input.base) }
      return unsafe InflateCodes.read(
        tables.pointer(to: UInt32.self), bits: &bits, bitCount: &bitCount, input: &next)
    }

    private mutating func runLoop() -> Bool {
      var next = unsafe UnsafeRawPointer(input.base + place)
      var end = unsafe output.base + written
      let stop = unsafe InflateLoop.run(
        bits: &bits, bitCount: &bitCount, input: &next, output: &end, literals: tables.pointer(to: UInt32.self),
        distances: tables.pointer(4 * InflateCodes.distances, to: UInt32.self),
        inputStop: input.base + byteCount + 8, outputStop: output.base + most + 1, windowStart: output.base)
      place = unsafe next - UnsafeRawPointer(input.base)
      written = unsafe end - output.base
      return stop == InflateLoop.Stop.endOfBlock
    }
  }
}
