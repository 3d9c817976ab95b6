internal import ImageCodecs
internal import SystemSupport

/// Limits for untrusted images. Only the image that exceeds a limit fails.
public struct ThumbnailLimits: Hashable, Sendable {
  /// Width times height, checked before pixels are allocated. Otherwise `limit-pixels`.
  public var pixelCount = DecodeLimits().pixelCount
  /// Bytes of an image file. Otherwise `limit-bytes`.
  public var byteCount = DecodeLimits().fileByteCount
  /// Scans of a progressive JPEG. Otherwise `limit-scans`.
  public var scanCount = DecodeLimits().scanCount
  /// Bytes for all images in work at the same time. A large image waits until others end; one that can never fit fails with
  /// `limit-memory`. The default is half of the memory that is available when the value is made.
  public var memoryByteCount = AvailableMemory.byteCount / 2
  /// The time for one image, without waiting for a thread or for memory. Otherwise `timeout`. Nil for no limit.
  public var timeout: Duration? = .seconds(60)

  public init() {}

  var forDecoders: DecodeLimits {
    var limits = DecodeLimits()
    limits.pixelCount = pixelCount
    limits.fileByteCount = byteCount
    limits.scanCount = scanCount
    return limits
  }
}
