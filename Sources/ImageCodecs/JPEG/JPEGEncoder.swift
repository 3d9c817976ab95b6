package import ImageCore
internal import JPEGEncoding

/// Writes JPEG: with `JPEGEncoding` if it supports the image, else with libjpeg. The bytes are the same.
package final class JPEGEncoder: FormatWriter {
  private let pool: BufferPool
  private let baseline: BaselineEncoder
  /// Made when an image needs it.
  private var libjpeg: LibjpegEncoder?

  /// - Parameter instructions: the build of the loops.
  package init(pool: BufferPool, instructions: InstructionSet = .current) {
    self.pool = pool
    baseline = BaselineEncoder(pool: pool, kernels: instructions.jpegEncodingLoops)
  }

  func encode(_ image: borrowing Image, _ request: EncodeRequest) throws(CodecError) -> UnsafeRawBufferPointer {
    if OwnCodecs.areOn, let bytes = try unsafe encodeBaseline(image, request, factors: request.jpeg.chromaFactors) {
      return unsafe bytes
    }
    if libjpeg == nil { libjpeg = try LibjpegEncoder(pool: pool) }
    guard let libjpeg else { throw .broken("no encoder for JPEG") }
    return try unsafe libjpeg.encode(image, request)
  }

  /// Encodes gray images and planes of YCbCr as baseline JPEG.
  /// - Parameter factors: luma samples per chroma sample.
  /// - Returns: nil for all others, and for those that libjpeg refuses.
  package func encodeBaseline(
    _ image: borrowing Image, _ request: EncodeRequest, factors: (horizontal: Int, vertical: Int)
  ) throws(CodecError) -> UnsafeRawBufferPointer? {
    guard request.jpeg.scans == .baseline else { return nil }
    switch image {
    case .pixels(let plane):
      guard plane.channels == 1, plane.depth == .eight else { return nil }
      return try unsafe encode([plane.rows], EncodingFrame(gray: plane.size), request, request.profile(for: .gray))
    case .yCbCr(let planes):
      let frame = EncodingFrame(yCbCr: planes.luma.size, factors: (factors.horizontal, factors.vertical))
      return try unsafe encode(
        [planes.luma.rows, planes.cb.rows, planes.cr.rows], frame, request, request.profile(for: .rgb))
    }
  }

  private func encode(
    _ planes: [SampleRows], _ frame: EncodingFrame, _ request: EncodeRequest, _ profile: [UInt8]?
  ) throws(CodecError) -> UnsafeRawBufferPointer? {
    guard max(frame.size.width, frame.size.height) <= ImageFormat.jpeg.greatestSide,
      (profile?.count ?? 0) <= ImageFormat.jpeg.maxProfileBytes, (1...100).contains(request.jpeg.quality)
    else { return nil }
    guard
      zip(planes, frame.components).allSatisfy({ $0.rowCount >= $1.height && $0.stride >= $1.width })
    else { throw .broken("planes that are smaller than their image") }
    do throws(BaselineEncoder.Failure) {
      try baseline.begin(
        frame, quality: request.jpeg.quality, app1: request.metadata.app1Segments, profile: profile)
      for row in 0..<frame.mcusDown {
        try baseline.add { planes[$0].extracting(frame.rows(ofMCURow: row, component: $0)) }
      }
      return try unsafe baseline.finish()
    } catch {
      switch error {
      case .memory(let refusal): throw CodecError(refusal)
      case .timeout: throw .timeout
      case .codes: return nil
      }
    }
  }
}

extension Plane {
  /// All rows. Valid as long as the plane.
  fileprivate var rows: SampleRows {
    unsafe SampleRows(base: base.assumingMemoryBound(to: UInt8.self), stride: stride, rowCount: rowCapacity)
  }
}
