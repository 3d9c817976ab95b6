internal import ImageCore
internal import JPEGDecoding

extension ImageHeader {
  /// Whether the header alone does not determine the decoder. For a progressive JPEG, the headers of all scans determine it.
  package var isUndecided: Bool { format == .jpeg && layout == .progressive && path == .scaled }

  /// The decoder that decodes the file when it is shrunk, as far as this is known without decoding. Damaged or unusual data,
  /// which libjpeg decodes, are only found during decoding.
  /// - Parameter bytes: the whole file.
  package func path(of bytes: UnsafeRawBufferPointer, limits: DecodeLimits) -> DecoderKind {
    guard isUndecided else { return path }
    return unsafe ScaledDecoder.refusal(of: bytes, maxScans: limits.scanCount) == nil ? .scaled : .library
  }
}
