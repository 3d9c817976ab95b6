package import JPEGDecoding

/// The loops of `JPEGDecoding` in this build.
package enum Kernels: DecodingKernels {
  package static func scratchByteCount(_ file: ParsedFile, workers: Int) -> Int {
    BandRows.scratchByteCount(file, workers: workers)
      + (file.frame.isProgressive ? ProgressiveBand.scratchByteCount(file) : BaselineDecoder.scratchByteCount(file))
  }

  /// An upper bound of the memory of one worker in addition to its planes, in bytes.
  package static func maxScratchByteCount(width: Int, components: Int) -> Int {
    // Four rows of blocks, in MCUs of 32 samples. Per block: its coefficients, the mask of nonzero ones, and its DC.
    let blocks = BlockBatch.wholeGroups((width / 32 + 1) * 4) * 4 * components
    return blocks * (65 * 2 + 8 + 2) + ScaledDecoder.maxScans * ScanDecoder.readerByteCount
      + (ScaledDecoder.maxScans + components) * HuffmanTable.byteCount + 1 << 18
  }

  package static func decoder(
    of file: ParsedFile, _ request: ScaledDecoder.Request, workers: Int, planes: [ScaledPlane],
    source: UnsafeRawPointer,
    scratch: UnsafeMutableRawBufferPointer
  ) throws(Unsupported) -> any BandDecoder {
    guard let base = scratch.baseAddress else { throw .planes }
    var scratch = unsafe ScratchArena(base, capacity: scratch.count)
    let rows = try BandRows(file, request, workers: workers, planes: planes, scratch: &scratch)
    if file.frame.isProgressive {
      return try unsafe ProgressiveBand(file, rows: rows, source: source, scratch: &scratch)
    }
    return try unsafe SequentialBand(file, rows: rows, request: request, source: source, scratch: &scratch)
  }
}
