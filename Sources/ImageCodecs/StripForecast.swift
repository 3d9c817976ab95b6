package import ImageCore

extension ImageHeader {
  /// Whether the decoder delivers the image in strips of rows for a request, if the file is intact, and whether this saves memory.
  package func comesInStrips(_ request: DecodeRequest) -> Bool {
    if isJPEG { return jpegStrips(request)?.areSmall ?? false }
    return comesInStrips && size.height >= ImageHeader.minStreamedRows
  }

  /// With fewer rows the accumulators of a resampling may take more memory than the image.
  private static let minStreamedRows = 256

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
    let planeCount = request.content == .planes && color == .yCbCr ? 3 : 1
    return JPEGStrips(sampling, size: size, request, planeCount: planeCount)
  }
}
