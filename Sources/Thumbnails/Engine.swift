internal import ColorManagement
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import SystemSupport
internal import Thumbnailing

/// Makes the thumbnails of one image after another, on one thread. It keeps its memory, decoders and encoders from image to image.
final class Engine {
  private let limits: ThumbnailLimits
  private let thumbnailer: Thumbnailing.Thumbnailer

  /// - Parameters:
  ///   - memory: shared by all engines.
  ///   - transforms: shared by all engines.
  init(_ limits: ThumbnailLimits, _ memory: MemoryBudget, _ transforms: ColorTransforms) {
    self.limits = limits
    thumbnailer = Thumbnailing.Thumbnailer(
      options: Thumbnailing.ThumbnailOptions(), memory: memory, transforms: transforms)
  }

  /// No image takes longer than this, in seconds. A deadline, however late, makes every loop look at the cancellation.
  private static let endless = Duration.seconds(1 << 31)

  /// - Parameter bytes: of a whole image.
  func thumbnails(of bytes: UnsafeRawBufferPointer, _ options: ThumbnailOptions) throws(ThumbnailError) -> [Thumbnail] {
    thumbnailer.options = options.engineOptions(limits)
    // A format that is not known fails on its header, with a message.
    let source = unsafe ImageCore.ImageFormat.recognized(bytes.bytes) ?? .jpeg
    let formats = options.outputs.map { $0.format.format(of: source) }
    var files = [[UInt8]](repeating: [], count: formats.count)
    var image = unsafe OpenSource(bytes: bytes)
    do throws(Thumbnailing.Thumbnailer.Failure) {
      let made = try thumbnailer.make(
        &image, as: formats, pending: Array(formats.indices), ImageTask(timeout: limits.timeout ?? Engine.endless)
      ) { index, _, bytes, _ in files[index] = bytes.array(0..<bytes.byteCount) }
      let notices = made.notes.map(\.rawValue)
      return formats.indices.map { index in
        Thumbnail(
          bytes: files[index], format: ImageFormat(made.files[index]?.format ?? formats[index]),
          width: made.sizes[index].width, height: made.sizes[index].height, notices: notices)
      }
    } catch {
      switch error {
      case .failed(let error): throw ThumbnailError(error)
      case .cancelled: throw .cancelled
      }
    }
  }
}
