package import ImageCore
internal import PixelKernels
internal import PixelKernelsAVX2

/// PNG's row kernels for one instruction set: one source, compiled twice.
@safe package struct PNGKernels: Sendable {
  /// `Unfilter.row`: filter, bytes per pixel, row, filtered, above, byte count.
  let unfilter: @Sendable (UInt8, Int, UnsafeMutableRawPointer, UnsafeRawPointer, UnsafeRawPointer, Int) -> Void
  /// `Unfilter.twoPaethRows`: bytes per pixel, rows, stride, filtered, above, byte count.
  let twoPaethRows: @Sendable (Int, UnsafeMutableRawPointer, Int, UnsafeRawPointer, UnsafeRawPointer, Int) -> Void
  /// `Unfilter.fourPaethRows`: as `twoPaethRows`.
  let fourPaethRows: @Sendable (Int, UnsafeMutableRawPointer, Int, UnsafeRawPointer, UnsafeRawPointer, Int) -> Void
  /// `Unfilter.copySwapped16`: from, to, byte count.
  let copySwapped16: @Sendable (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void
  /// `RowFilter.best`: candidates, stride, row, above, bytes per pixel, byte count, sums.
  let bestFilter:
    @Sendable (
      UnsafeMutableRawPointer, Int, UnsafeRawPointer, UnsafeRawPointer, Int, Int, UnsafeMutablePointer<UInt64>
    ) -> Int
  /// `RowFilter.minEntropy`: candidates, stride, byte count, sums, previous filter, information, counters.
  let minEntropy:
    @Sendable (
      UnsafeRawPointer, Int, Int, UnsafePointer<UInt64>, Int, UnsafePointer<UInt32>, UnsafeMutablePointer<UInt32>
    ) -> Int
  /// `InflateLoop.run`: bits, bit count, input, output, literals, distances, input stop, output stop, window start.
  let inflate:
    @Sendable (
      inout UInt64, inout UInt64, inout UnsafeRawPointer, inout UnsafeMutableRawPointer, UnsafePointer<UInt32>,
      UnsafePointer<UInt32>, UnsafeRawPointer, UnsafeMutableRawPointer, UnsafeMutableRawPointer
    ) -> UInt8

  package init(_ instructionSet: InstructionSet) {
    switch instructionSet {
    case .baseline:
      unsafe unfilter = {
        unsafe PixelKernels.Unfilter.row(filter: $0, pixelBytes: $1, into: $2, from: $3, above: $4, byteCount: $5)
      }
      unsafe twoPaethRows = {
        unsafe PixelKernels.Unfilter.twoPaethRows(
          pixelBytes: $0, into: $1, stride: $2, from: $3, above: $4, byteCount: $5)
      }
      unsafe fourPaethRows = {
        unsafe PixelKernels.Unfilter.fourPaethRows(
          pixelBytes: $0, into: $1, stride: $2, from: $3, above: $4, byteCount: $5)
      }
      unsafe copySwapped16 = { unsafe PixelKernels.Unfilter.copySwapped16($0, to: $1, byteCount: $2) }
      unsafe bestFilter = {
        unsafe PixelKernels.RowFilter.best(
          of: $0, stride: $1, row: $2, above: $3, pixelBytes: $4, byteCount: $5, sums: $6)
      }
      unsafe minEntropy = {
        unsafe PixelKernels.RowFilter.minEntropy(
          of: $0, stride: $1, byteCount: $2, sums: $3, previous: $4, information: $5, counts: $6)
      }
      unsafe inflate = {
        unsafe PixelKernels.InflateLoop.run(
          bits: &$0, bitCount: &$1, input: &$2, output: &$3, literals: $4, distances: $5, inputStop: $6, outputStop: $7,
          windowStart: $8)
      }
    case .avx2:
      unsafe unfilter = {
        unsafe PixelKernelsAVX2.Unfilter.row(filter: $0, pixelBytes: $1, into: $2, from: $3, above: $4, byteCount: $5)
      }
      unsafe twoPaethRows = {
        unsafe PixelKernelsAVX2.Unfilter.twoPaethRows(
          pixelBytes: $0, into: $1, stride: $2, from: $3, above: $4, byteCount: $5)
      }
      unsafe fourPaethRows = {
        unsafe PixelKernelsAVX2.Unfilter.fourPaethRows(
          pixelBytes: $0, into: $1, stride: $2, from: $3, above: $4, byteCount: $5)
      }
      unsafe copySwapped16 = { unsafe PixelKernelsAVX2.Unfilter.copySwapped16($0, to: $1, byteCount: $2) }
      unsafe bestFilter = {
        unsafe PixelKernelsAVX2.RowFilter.best(
          of: $0, stride: $1, row: $2, above: $3, pixelBytes: $4, byteCount: $5, sums: $6)
      }
      unsafe minEntropy = {
        unsafe PixelKernelsAVX2.RowFilter.minEntropy(
          of: $0, stride: $1, byteCount: $2, sums: $3, previous: $4, information: $5, counts: $6)
      }
      unsafe inflate = {
        unsafe PixelKernelsAVX2.InflateLoop.run(
          bits: &$0, bitCount: &$1, input: &$2, output: &$3, literals: $4, distances: $5, inputStop: $6, outputStop: $7,
          windowStart: $8)
      }
    }
  }
}
