package import ImageCore

extension ImageHeader {
  /// Whether the decoder delivers the image in strips of rows for a request, if the file is intact, and whether this saves memory.
  package func comesInStrips(_ request: DecodeRequest) -> Bool {
    guard isJPEG else { return comesInStrips && size.height >= ImageHeader.minStreamedRows }
    // In whole rows of blocks; chroma is at most as large as luma.
    let stride = (size.width / request.denominator + 72) & ~63
    let byteCount = stride * (size.height / request.denominator) * planeCount(request)
    return byteCount >= ImageHeader.minStreamedByteCount && request.asksForScaled(path, color)
  }

  /// With fewer rows the accumulators of a resampling may take more memory than the image.
  private static let minStreamedRows = 256
  /// The same for the planes of a JPEG.
  private static let minStreamedByteCount = 768 << 10

  /// The planes of the whole image whose rows the decoder delivers in strips.
  package func stripPlanes(_ request: DecodeRequest) -> [PlaneShape] {
    if isJPEG { return jpegStrips(request)?.planes ?? [] }
    return [
      PlaneShape(
        size: size, channels: decodedChannels, depth: bits == 16 ? .sixteen : .eight, extent: SourceRect(size))
    ]
  }

  /// The strips of a JPEG; nil if only libjpeg serves the request.
  package func jpegStrips(_ request: DecodeRequest) -> JPEGStrips? {
    guard let sampling, request.asksForScaled(path, color) else { return nil }
    return JPEGStrips(sampling, size: size, request, planeCount: planeCount(request))
  }

  private func planeCount(_ request: DecodeRequest) -> Int { request.content == .planes && color == .yCbCr ? 3 : 1 }
}
