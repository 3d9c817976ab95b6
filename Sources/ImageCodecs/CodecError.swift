package import ImageCore

/// The reason why an image could not be decoded or encoded.
///
/// The text is for people. The codec library or this program wrote it, and it does not contain the file's name.
package enum CodecError: Error, Hashable, Sendable {
  /// The bytes have no signature of a format that is decoded here or known by name.
  case notAnImage
  case empty
  /// This build does not read the format, or this variant of it.
  case unsupported(String)
  /// The format is decoded in worker processes only (`ImageFormat.library`), and this is none.
  case needsIsolation(ImageFormat)
  /// The library that decodes the format cannot be used.
  case missingLibrary(ImageFormat, MissingDecoder)
  case truncated(String)
  case corrupt(String)
  case tooManyPixels(PixelSize, limit: Int)
  case tooManyScans(limit: Int)
  case outOfMemory(String)
  case timeout
  /// `JPEGDecoding` declined the image, and the request rules out libjpeg (`DecodeRequest.declining`).
  case declined
  /// A bug: one layer of this program broke its contract with another.
  case broken(String)
}

extension CodecError {
  package init(_ refusal: OutOfMemory) {
    self = .outOfMemory("\(refusal.byteCount >> 20) MB more are refused by the system")
  }
}

/// Allocates pixel memory. A refusal becomes `CodecError.outOfMemory`.
func allocating<Memory: ~Copyable>(_ make: () throws(OutOfMemory) -> Memory) throws(CodecError) -> Memory {
  do throws(OutOfMemory) { return try make() } catch { throw CodecError(error) }
}

extension TimeLimit {
  /// Throws after the limit.
  func check() throws(CodecError) {
    if hasPassed { throw .timeout }
  }
}

/// What a decoder reported in addition to the pixels.
package struct DecodeReport: Hashable, Sendable {
  /// The first fault that means wrong or missing pixels.
  package var damage: CodecError?
  /// The number of warnings that change no pixel. `firstNote` is the first of them.
  package var warningCount = 0
  package var firstNote = ""

  package init() {}
}
