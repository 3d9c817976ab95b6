internal import ImageCore
internal import JPEGDecoding

extension ImageHeader {
  /// Whether more of the file than the header tells what decodes it: of a progressive JPEG the headers of all scans do.
  package var isUndecided: Bool { format == .jpeg && layout == .progressive && path == .scaled }

  /// What decodes the file when it is shrunk, as far as that can be told without its pixels: data that are damaged or
  /// unusual, which libjpeg decodes, show only in decoding.
  /// - Parameter bytes: the whole file.
  package func path(of bytes: UnsafeRawBufferPointer, limits: DecodeLimits) -> DecoderKind {
    guard isUndecided else { return path }
    return unsafe ScaledDecoder.refusal(of: bytes, maxScans: limits.scanCount) == nil ? .scaled : .library
  }
}
