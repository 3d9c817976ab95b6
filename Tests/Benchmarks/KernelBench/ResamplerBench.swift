internal import ImageCore

/// Prints the instruction set of the kernels, and the time of each run in microseconds. Two warm-up runs, which fault in pages
/// and compute the weights, are not included.
/// - Parameter numbers: width, height, channels, output width, output height, and optionally runs and depth.
func benchResampler(_ numbers: [Int]) throws {
  guard numbers.count >= 5, numbers.allSatisfy({ $0 >= 1 }), numbers[2] <= 4 else { endWithUsage() }
  let runs = numbers.count > 5 ? numbers[5] : 5
  let depth: SampleDepth = numbers.count > 6 && numbers[6] == 16 ? .sixteen : .eight

  let pool = BufferPool()
  let resampler = Resampler(pool: pool)
  let source = try Plane(
    size: PixelSize(width: numbers[0], height: numbers[1]), channels: numbers[2], depth: depth, from: pool)
  for y in 0..<source.size.height {
    for offset in 0..<source.rowByteCount {
      // SAFETY: offset < rowByteCount, the size of a row.
      unsafe source.row(y).storeBytes(
        of: UInt8(truncatingIfNeeded: (offset &* 7) ^ (y &* 13) ^ (offset &* y >> 9)), toByteOffset: offset,
        as: UInt8.self)
    }
  }

  var times: [Double] = []
  for run in -2..<runs {
    let start = threadMicroseconds()
    let result = try resampler.resized(
      source, rect: SourceRect(source.size), to: PixelSize(width: numbers[3], height: numbers[4]), kernel: .lanczos3)
    let end = threadMicroseconds()
    precondition(result.channels == source.channels)
    if run >= 0 { times.append(end - start) }
  }
  print(#"{"instructions": "\#(InstructionSet.current.rawValue)", "microseconds": \#(times)}"#)
}
