/// Why a file is left to libjpeg. This is not an error of the file: libjpeg may decode it, and its result then stands.
package enum Unsupported: String, Error, Sendable {
  /// A kind of JPEG, or a scale, that this decoder does not support.
  case kind
  /// Markers or segments that are damaged, unusual or in an unusual order.
  case markers
  /// A Huffman or quantization table that is missing or does not fit its use.
  case tables
  /// A sequence of scans that breaks the rules, is not supported, or leaves coefficients out.
  case script
  /// More scans than the limit.
  case scanCount
  /// A code that is in no table, or a symbol that is illegal where it occurs.
  case code
  /// The data of a scan end too early or too late, or contain another restart marker than the expected one.
  case extent
  /// Coefficients or samples beyond those of any image. libjpeg's implementations differ from each other there.
  case range
  /// Planes that do not fit the image.
  case planes
}

/// The result of a decoding.
package enum Verdict: Hashable, Sendable {
  /// The planes are filled as libjpeg would fill them.
  case decoded
  /// The contents of the planes are undefined.
  case declined(Unsupported)
  case timeout
  /// The taker of the strips stopped the decoding.
  case stopped
  /// Memory allocation failed.
  case outOfMemory
}
