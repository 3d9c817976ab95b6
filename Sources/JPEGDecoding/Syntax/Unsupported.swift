/// Why a file is left to libjpeg. Not an error of the file: libjpeg may well decode it, and its verdict stands.
package enum Unsupported: String, Error, Sendable {
  /// A kind of JPEG that this decoder does not know, or a scale.
  case kind
  /// Markers or segments that are damaged, unusual or in an unusual order.
  case markers
  /// A Huffman table that does not fit its use.
  case tables
  /// Scans that do not follow each other by the rules, or leave something out.
  case script
  /// More scans than the limit.
  case scanCount
  /// A code that is in no table, or one that means nothing at its place.
  case code
  /// A scan's data end too early, too late or with another restart marker than the one due.
  case extent
  /// Coefficients or samples beyond what any image has: there libjpeg's versions differ from each other.
  case range
  /// Planes that do not fit the image.
  case planes
}

/// How a decoding came out.
package enum Verdict: Hashable, Sendable {
  /// The planes are filled, as libjpeg would have filled them.
  case decoded
  /// What is in the planes means nothing.
  case declined(Unsupported)
  case timeout
  /// The system refuses memory.
  case outOfMemory
}
