package import Imaging
internal import PixelKernels
internal import PixelKernelsAVX2

/// PNG's row kernels for one instruction set: the same source, compiled twice.
@safe package struct UnfilterKernels: Sendable {
  /// `Unfilter.row`: filter, bytes a pixel, row, filtered, above, byte count.
  let unfilter: @Sendable (UInt8, Int, UnsafeMutableRawPointer, UnsafeRawPointer, UnsafeRawPointer, Int) -> Void
  /// `Unfilter.twoPaethRows`: bytes a pixel, rows, stride, filtered, above, byte count.
  let twoPaethRows: @Sendable (Int, UnsafeMutableRawPointer, Int, UnsafeRawPointer, UnsafeRawPointer, Int) -> Void
  /// `Unfilter.copySwapped16`: from, to, byte count.
  let copySwapped16: @Sendable (UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void
  /// `RowFilter.best`: candidates, stride, row, above, bytes a pixel, byte count.
  let bestFilter: @Sendable (UnsafeMutableRawPointer, Int, UnsafeRawPointer, UnsafeRawPointer, Int, Int) -> Int
  /// `RowFilter.leastEntropy`: candidates, stride, byte count, information, counters.
  let leastEntropy: @Sendable (UnsafeRawPointer, Int, Int, UnsafePointer<UInt32>, UnsafeMutablePointer<UInt32>) -> Int

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
      unsafe copySwapped16 = { unsafe PixelKernels.Unfilter.copySwapped16($0, to: $1, byteCount: $2) }
      unsafe bestFilter = {
        unsafe PixelKernels.RowFilter.best(
          of: $0, stride: $1, row: $2, above: $3, pixelBytes: $4, byteCount: $5)
      }
      unsafe leastEntropy = {
        unsafe PixelKernels.RowFilter.leastEntropy(of: $0, stride: $1, byteCount: $2, information: $3, counts: $4)
      }
    case .avx2:
      unsafe unfilter = {
        unsafe PixelKernelsAVX2.Unfilter.row(filter: $0, pixelBytes: $1, into: $2, from: $3, above: $4, byteCount: $5)
      }
      unsafe twoPaethRows = {
        unsafe PixelKernelsAVX2.Unfilter.twoPaethRows(
          pixelBytes: $0, into: $1, stride: $2, from: $3, above: $4, byteCount: $5)
      }
      unsafe copySwapped16 = { unsafe PixelKernelsAVX2.Unfilter.copySwapped16($0, to: $1, byteCount: $2) }
      unsafe bestFilter = {
        unsafe PixelKernelsAVX2.RowFilter.best(
          of: $0, stride: $1, row: $2, above: $3, pixelBytes: $4, byteCount: $5)
      }
      unsafe leastEntropy = {
        unsafe PixelKernelsAVX2.RowFilter.leastEntropy(of: $0, stride: $1, byteCount: $2, information: $3, counts: $4)
      }
    }
  }
}
