internal import ImageCore
internal import JPEGKernels

@testable import JPEGEncoding

/// Whole baseline files of random images: every sampling that is written, many sizes and qualities. As `BaselineEncoder` makes
/// them, without its pool and its clock.
enum EncodingTrials {
  static func run() {
    for seed in 0..<120 {
      var numbers = SeededNumbers(seed: UInt64(7000 + seed))
      let size = PixelSize(width: numbers.within(1...90), height: numbers.within(1...70))
      let quality = numbers.within(1...100)
      encode(EncodingFrame(gray: size), quality, &numbers)
      for factors in [(1, 1), (2, 1), (2, 2), (1, 2)] {
        encode(EncodingFrame(yCbCr: size, factors: factors), quality, &numbers)
      }
    }
  }

  private static func encode(_ frame: EncodingFrame, _ quality: Int, _ numbers: inout SeededNumbers) {
    let steps = QuantizationSteps(quality: quality)
    // Rows may be read to whole blocks.
    let planes = frame.components.map { component in
      Memory(smooth(component.width, component.height, &numbers), slack: 64)
    }
    let scratch = Memory(EncodingLoops.scratchByteCount(frame), &numbers)
    let recorder = unsafe EncodingLoops.recorder(
      of: frame, steps, scratch: UnsafeMutableRawBufferPointer(start: scratch.base, count: scratch.count))
    let symbols = Memory(frame.blockCount * 64 * Symbols.byteCount + Symbols.slack, &numbers)
    var counts = [UInt32](repeating: 0, count: Symbols.count)
    var used = 0
    for row in 0..<frame.mcusDown {
      for (index, component) in frame.components.enumerated() {
        let rows = frame.rows(ofMCURow: row, component: index)
        unsafe recorder.transform(
          SampleRows(
            base: planes[index].pointer(rows.lowerBound * component.width, to: UInt8.self), stride: component.width,
            rowCount: rows.count), component: index)
      }
      used += unsafe counts.withUnsafeMutableBufferPointer {
        unsafe recorder.record(
          mcuRow: row,
          into: UnsafeMutableRawBufferPointer(start: symbols.base + used, count: symbols.count - used), counts: $0)
      }
    }
    var recorded = Digest(symbols.bytes(0..<used))
    for count in counts { recorded.add(count) }
    withExtendedLifetime(scratch) { Report.add("JPEG transform and symbols of images", recorded) }
    write(symbols, used, codes(counts, frame), &numbers)
  }

  /// A slope with noise.
  private static func smooth(_ width: Int, _ height: Int, _ numbers: inout SeededNumbers) -> [UInt8] {
    let (across, down, noise) = (numbers.within(-6...6), numbers.within(-6...6), numbers.within(1...90))
    return (0..<width * height).map { index in
      UInt8(min(max(128 + across * (index % width) + down * (index / width) + numbers.within(-noise...noise), 0), 255))
    }
  }

  private static func codes(_ counts: [UInt32], _ frame: EncodingFrame) -> [UInt32] {
    var entries = [UInt32](repeating: 0, count: Symbols.count)
    for table in 0..<(frame.components.count == 1 ? 2 : Symbols.tableCount) {
      OptimalCode(counts: counts[256 * table..<256 * table + 256])?.forEach { symbol, code, length in
        entries[256 * table + symbol] = Symbols.entry(symbol: symbol, code: code, length: length)
      }
    }
    return entries
  }

  private static func write(_ symbols: Memory, _ used: Int, _ codes: [UInt32], _ numbers: inout SeededNumbers) {
    let output = Memory(Symbols.maxOutputByteCount(used / Symbols.byteCount), &numbers)
    var pending = PendingBits()
    let count = unsafe codes.withUnsafeBufferPointer {
      unsafe EncodingLoops.write(
        UnsafeRawBufferPointer(start: symbols.base, count: used), codes: $0, &pending,
        to: UnsafeMutableRawBufferPointer(start: output.base, count: output.count))
    }
    let result = Digest(output.bytes(0..<count) + pending.finalBytes)

    var plain = StuffedBits()
    for symbol in 0..<used / Symbols.byteCount {
      let low = (0..<3).reduce(0) { $0 | Int(symbols[Symbols.byteCount * symbol + $1]) << (8 * $1) }
      let following = low & (1 << Int(Symbols.followingBits) - 1)
      let entry = codes[low >> Int(Symbols.followingBits)]
      plain.put(Int(entry >> Symbols.lengthBits) | following, Symbols.length(of: entry))
    }
    plain.fill()
    Report.add("JPEG Huffman coding", result, twin: Digest(plain.bytes))
  }

  /// Bits of a scan, the first one highest, with a zero after each byte of ones (ITU-T T.81, F.1.2.3).
  private struct StuffedBits {
    var bytes: [UInt8] = []
    private var held = 0
    private var count = 0

    mutating func put(_ value: Int, _ length: Int) {
      for bit in stride(from: length - 1, through: 0, by: -1) {
        held = held << 1 | value >> bit & 1
        count += 1
        guard count == 8 else { continue }
        bytes.append(UInt8(held))
        if held == 255 { bytes.append(0) }
        (held, count) = (0, 0)
      }
    }

    mutating func fill() { while count > 0 { put(1, 1) } }
  }
}
