internal import ImageCodecs
internal import ImageCore
internal import SystemSupport

/// A source with its header read and its memory reserved; the decoder is ready for its pixels.
struct LoadedSource: ~Copyable {
  let byteCount: Int
  /// Status when the file was read; nil for bytes that come from no file.
  let status: FileStatus?
  /// Its bytes, until the image is decoded.
  var file: SourceFile?
  /// Of the whole image, as stored.
  let sourceSize: PixelSize
  /// Of the image that is decoded: for a raw file, of the preview that was chosen.
  let header: ImageHeader
  var plan: ThumbnailPlan
  /// Nil unless `--metadata keep` asks for it.
  let metadata: CarriedMetadata?

  /// The encoding of an output.
  func request(_ plan: OutputPlan) -> EncodeRequest {
    var request = plan.encode
    if let metadata { request.metadata = metadata[plan] }
    return request
  }
}
