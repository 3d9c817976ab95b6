package import ImageCore

/// Why bytes did not become an image, or an image did not become bytes.
///
/// The text is the library's or ours, for people, without the file's name.
package enum CodecError: Error, Hashable, Sendable {
  /// No signature that we decode, and none of a format that we know by name.
  case notAnImage
  /// A format, or a variant of one, that this build does not read.
  case unsupported(String)
  case truncated(String)
  case corrupt(String)
  case tooManyPixels(PixelSize, limit: Int)
  case tooManyScans(limit: Int)
  case outOfMemory(String)
  case timeout
  /// What `JPEGDecoding` was asked to decode has to be decoded by libjpeg (`DecodeRequest.declining`).
  case declined
  /// A broken promise between our own layers.
  case broken(String)
}

extension CodecError {
  package init(_ refusal: OutOfMemory) {
    self = .outOfMemory("\(refusal.byteCount >> 20) MB more are refused by the system")
  }
}

/// Memory for pixels, or the error of a codec that gets none.
func allocating<Memory: ~Copyable>(_ make: () throws(OutOfMemory) -> Memory) throws(CodecError) -> Memory {
  do throws(OutOfMemory) { return try make() } catch { throw CodecError(error) }
}

/// What a decoder complained of beside giving pixels.
package struct DecodeReport: Hashable, Sendable {
  /// The first complaint that means wrong or missing pixels.
  package var damage: CodecError?
  /// Complaints that change no pixel, and the first of them.
  package var warningCount = 0
  package var firstNote = ""

  package init() {}
}
