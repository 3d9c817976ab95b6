/// The decoding of one file, split into bands for several threads: what each band needs, and the bytes it may access.
///
/// The planes do not depend on the split.
@safe struct DecodingBands: @unchecked Sendable {
  // SAFETY (unchecked Sendable): while bands run, the file's bytes are only read. Each band writes its own rows of the planes and
  // its own part of the scratch, and no two overlap. `ScaledDecoder` lends the pointers and keeps them valid until all bands have
  // ended. With several strips there is one band.
  let kernels: any DecodingKernels.Type
  let bands: [Segment]
  /// Threads per band.
  let workers: Int
  let rows: MCURows
  let request: ScaledDecoder.Request
  let planes: [ScaledPlane]
  let source: UnsafeRawPointer
  let scratch: UnsafeMutableRawPointer
  /// Bytes of scratch per band.
  let scratchByteCount: Int

  func run(_ index: Int) -> Verdict {
    do throws(Unsupported) {
      return try decode(index)
    } catch {
      return .declined(error)
    }
  }

  private func decode(_ index: Int) throws(Unsupported) -> Verdict {
    let band = bands[index]
    let decoder = try unsafe kernels.decoder(
      of: band.file, request, workers: workers, planes: planes, source: source,
      scratch: UnsafeMutableRawBufferPointer(start: scratch + index * scratchByteCount, count: scratchByteCount))
    if workers > 1 {
      let slots = band.file.slotCount(workers: workers)
      let pipeline = ScanPipeline(band: decoder, slots: slots, rows: rows, request: request)
      let verdict = pipeline.run(band.rows, workers: workers)
      guard verdict == .decoded else { return verdict }
    } else {
      for row in band.rows {
        if request.isOver { return .timeout }
        try decoder.decode(rows[row])
        guard rows.finish(row) else { return .stopped }
      }
    }
    try decoder.finish()
    return .decoded
  }
}
