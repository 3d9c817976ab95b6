internal import ImageCore

/// The decoder without its choice of kernels at run time, which needs metatypes, and on one thread.
package enum ScaledDecoder {
  /// Decodes a file in one band to one plane per component.
  /// - Parameters:
  ///   - workers: above 1 for the stages that several threads would share.
  ///   - planes: called with the frame.
  package static func decode<Kernels: DecodingKernels>(
    _ bytes: UnsafeRawBufferPointer, denominator: Int, workers: Int, _ kernels: Kernels.Type,
    planes: (Frame) -> [ScaledPlane]
  ) throws(Unsupported) {
    guard let source = bytes.baseAddress else { throw .markers }
    var file = try unsafe accepted(bytes.bytes, maxScans: 0)
    let planes = planes(file.frame)
    file.leaveOutAC(denominator: denominator)
    let request = Request(denominator: denominator)
    let rows = MCURows(
      count: file.frame.mcuRows, needed: 0..<file.frame.mcuRows, strips: request.strips, take: { _ in true })
    let scratch = UnsafeMutableRawBufferPointer.allocate(
      byteCount: kernels.scratchByteCount(file, workers: workers), alignment: 64)
    defer { unsafe scratch.deallocate() }
    let band = try unsafe kernels.decoder(
      of: file, request, workers: workers, planes: planes, source: source, scratch: scratch)
    if workers > 1 {
      let pipeline = ScanPipeline(
        band: band, slots: file.slotCount(workers: workers), rows: rows, request: request)
      if case .declined(let reason) = pipeline.run(0..<file.frame.mcuRows, workers: workers) { throw reason }
    } else {
      for row in 0..<file.frame.mcuRows { try band.decode(rows[row]) }
    }
    try band.finish()
  }
}
