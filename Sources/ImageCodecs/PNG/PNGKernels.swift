internal import ImageCore
internal import PixelKernels
internal import PixelKernelsAVX2

/// `PixelKernels.Unfilter` in one build.
protocol UnfilterKernels: SendableMetatype {
  @unsafe static func row(
    filter: UInt8, pixelBytes: Int, into row: UnsafeMutableRawPointer, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int)
  @unsafe static func twoPaethRows(
    pixelBytes: Int, into rows: UnsafeMutableRawPointer, stride: Int, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int)
  @unsafe static func fourPaethRows(
    pixelBytes: Int, into rows: UnsafeMutableRawPointer, stride: Int, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int)
  @unsafe static func copySwapped16(_ source: UnsafeRawPointer, to target: UnsafeMutableRawPointer, byteCount: Int)
}

/// `PixelKernels.RowFilter` in one build.
protocol RowFilterKernels: SendableMetatype {
  @unsafe static func best(
    of candidates: UnsafeMutableRawPointer, stride: Int, row: UnsafeRawPointer, above: UnsafeRawPointer,
    pixelBytes: Int, byteCount: Int, sums: UnsafeMutablePointer<UInt64>
  ) -> Int
  @unsafe static func minEntropy(
    of candidates: UnsafeRawPointer, stride: Int, byteCount: Int, sums: UnsafePointer<UInt64>, previous: Int,
    information: UnsafePointer<UInt32>, counts: UnsafeMutablePointer<UInt32>
  ) -> Int
}

/// `PixelKernels.InflateLoop` in one build.
protocol InflateKernels: SendableMetatype {
  @unsafe static func run(
    bits: inout UInt64, bitCount: inout UInt64, input: inout UnsafeRawPointer, output: inout UnsafeMutableRawPointer,
    literals: UnsafePointer<UInt32>, distances: UnsafePointer<UInt32>, inputStop: UnsafeRawPointer,
    outputStop: UnsafeMutableRawPointer, windowStart: UnsafeMutableRawPointer
  ) -> UInt8
}

/// `PixelKernels.RunCoding` in one build.
protocol RunKernels: SendableMetatype {
  @unsafe static func parse(
    _ base: UnsafeRawPointer, from start: Int, to end: Int, sequences: UnsafeMutablePointer<UInt32>,
    counts: UnsafeMutablePointer<UInt32>
  ) -> (sequences: Int, extraBits: Int)
  @unsafe static func search(
    _ bytes: UnsafeRawPointer, count: Int, literalBits: UnsafePointer<UInt8>, table: UnsafeMutablePointer<UInt16>
  ) -> (bits: Int, savedBits: Int)
  @unsafe static func write(
    _ base: UnsafeRawPointer, from start: Int, sequences: UnsafePointer<UInt32>, sequenceCount: Int,
    codes: UnsafePointer<UInt32>, bits: inout UInt64, bitCount: inout UInt64, output: inout UnsafeMutableRawPointer)
}

extension PixelKernels.Unfilter: UnfilterKernels {}
extension PixelKernels.RowFilter: RowFilterKernels {}
extension PixelKernels.InflateLoop: InflateKernels {}
extension PixelKernels.RunCoding: RunKernels {}
extension PixelKernelsAVX2.Unfilter: UnfilterKernels {}
extension PixelKernelsAVX2.RowFilter: RowFilterKernels {}
extension PixelKernelsAVX2.InflateLoop: InflateKernels {}
extension PixelKernelsAVX2.RunCoding: RunKernels {}

extension InstructionSet {
  var unfilter: any UnfilterKernels.Type {
    switch self {
    case .baseline: PixelKernels.Unfilter.self
    case .avx2: PixelKernelsAVX2.Unfilter.self
    }
  }

  var rowFilter: any RowFilterKernels.Type {
    switch self {
    case .baseline: PixelKernels.RowFilter.self
    case .avx2: PixelKernelsAVX2.RowFilter.self
    }
  }

  var inflateLoop: any InflateKernels.Type {
    switch self {
    case .baseline: PixelKernels.InflateLoop.self
    case .avx2: PixelKernelsAVX2.InflateLoop.self
    }
  }

  var runCoding: any RunKernels.Type {
    switch self {
    case .baseline: PixelKernels.RunCoding.self
    case .avx2: PixelKernelsAVX2.RunCoding.self
    }
  }
}
