/// The loops of an encoding, in the build for one instruction set.
package protocol EncodingKernels: SendableMetatype {
  /// The scratch memory that a recorder takes, in bytes.
  static func scratchByteCount(_ frame: EncodingFrame) -> Int

  /// - Parameter scratch: of `scratchByteCount` bytes, valid as long as the recorder.
  @unsafe static func recorder(
    of frame: EncodingFrame, _ steps: QuantizationSteps, scratch: UnsafeMutableRawBufferPointer
  ) -> any SymbolRecorder

  /// Appends the codes of symbols, and the bits that follow each, to the output.
  /// - Parameters:
  ///   - symbols: followed by `Symbols.slack` bytes.
  ///   - codes: one for each of `Symbols.count`.
  ///   - output: has room for `Symbols.maxOutputByteCount`.
  /// - Returns: the number of bytes that were written.
  @unsafe static func write(
    _ symbols: UnsafeRawBufferPointer, codes: UnsafeBufferPointer<UInt32>, _ bits: inout PendingBits,
    to output: UnsafeMutableRawBufferPointer
  ) -> Int
}

/// Transforms the blocks of an image and records its symbols, one row of MCUs after the other.
package protocol SymbolRecorder: AnyObject {
  /// Transforms and quantizes the blocks of a component in the next row of MCUs.
  @unsafe func transform(_ samples: SampleRows, component: Int)

  /// Appends the symbols of that row, in the order of the file, once all components are transformed.
  /// - Parameters:
  ///   - symbols: has room for 64 symbols for each block of the row, and `Symbols.slack` bytes.
  ///   - counts: one for each of `Symbols.count`.
  /// - Returns: the number of bytes of the symbols.
  @unsafe func record(
    mcuRow: Int, into symbols: UnsafeMutableRawBufferPointer, counts: UnsafeMutableBufferPointer<UInt32>
  ) -> Int
}

/// Samples of a component in a row of MCUs.
@safe package struct SampleRows {
  // SAFETY: each row has the samples of the component's width. They are valid during the call that has this value.
  package let base: UnsafePointer<UInt8>
  package let stride: Int
  /// At least one. The last one is repeated as often as blocks need it.
  package let rowCount: Int

  @unsafe package init(base: UnsafePointer<UInt8>, stride: Int, rowCount: Int) {
    unsafe self.base = base
    self.stride = stride
    self.rowCount = rowCount
  }

  package func extracting(_ range: Range<Int>) -> SampleRows {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "these rows exist")
    return unsafe SampleRows(base: base + range.lowerBound * stride, stride: stride, rowCount: range.count)
  }
}
