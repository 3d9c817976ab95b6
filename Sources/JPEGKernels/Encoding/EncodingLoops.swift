package import JPEGEncoding

/// The loops of `JPEGEncoding` in this build.
package enum EncodingLoops: EncodingKernels {
  package static func scratchByteCount(_ frame: EncodingFrame) -> Int { Recorder.scratchByteCount(frame) }

  package static func recorder(
    of frame: EncodingFrame, _ steps: QuantizationSteps, scratch: UnsafeMutableRawBufferPointer
  ) -> any SymbolRecorder {
    guard let base = scratch.baseAddress else { preconditionFailure("a recorder without memory") }
    SymbolLayout.check()
    var arena = unsafe ScratchArena(base, capacity: scratch.count)
    return Recorder(frame, steps, scratch: &arena)
  }

  package static func write(
    _ symbols: UnsafeRawBufferPointer, codes: UnsafeBufferPointer<UInt32>, _ bits: inout PendingBits,
    to output: UnsafeMutableRawBufferPointer
  ) -> Int {
    guard let from = symbols.baseAddress, let codesBase = codes.baseAddress, let to = output.baseAddress else {
      return 0
    }
    // SAFETY: the caller keeps all three during the call, with room for the symbols.
    var writer = unsafe SymbolWriter(UncheckedBytes(to, count: output.count), bits)
    unsafe writer.write(
      UncheckedBytes(reading: from, count: symbols.count + Symbols.slack), byteCount: symbols.count,
      codes: UncheckedBuffer(reading: codesBase, count: codes.count))
    bits = writer.pending
    return writer.byteCount
  }
}
