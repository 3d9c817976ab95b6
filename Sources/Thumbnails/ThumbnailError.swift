internal import ImageCodecs
internal import ImageErrors

/// Why an image has no thumbnail.
public struct ThumbnailError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of error it is. Codes are added, and none is renamed or removed.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// The first bytes are those of no format that is known.
    public static let notAnImage = Code(.notAnImage)
    /// A format or a variant that is not read, or an output larger than its format allows.
    public static let unsupported = Code(.unsupported)
    /// HEIC, AVIF, TIFF and JPEG XL are decoded in confined worker processes only, which a library does not have.
    public static let needsIsolation = Code(.needsIsolation)
    /// The image ends too early.
    public static let truncated = Code(.truncated)
    /// The image is damaged.
    public static let corrupt = Code(.corrupt)
    /// More pixels than ``ThumbnailLimits/pixelCount``.
    public static let limitPixels = Code(.limitPixels)
    /// More bytes than ``ThumbnailLimits/byteCount``.
    public static let limitBytes = Code(.limitBytes)
    /// More scans than ``ThumbnailLimits/scanCount``.
    public static let limitScans = Code(.limitScans)
    /// It needs more than ``ThumbnailLimits/memoryByteCount``, or the system refused memory.
    public static let limitMemory = Code(.limitMemory)
    /// It took longer than ``ThumbnailLimits/timeout``.
    public static let timeout = Code(.timeout)
    /// More images wait than the `maxWaiting` of the ``Thumbnailer``.
    public static let busy = Code(rawValue: "busy")
    /// The calling task was cancelled.
    public static let cancelled = Code(rawValue: "cancelled")
    /// An error of this library.
    public static let `internal` = Code(.internal)

    init(_ code: ErrorCode) { rawValue = code.rawValue }
  }

  public let code: Code
  /// One sentence, in English, for logs.
  public let message: String

  public var description: String { "\(code.rawValue): \(message)" }

  static let cancelled = ThumbnailError(code: .cancelled, message: "the task was cancelled")
}

extension ThumbnailError {
  init(_ error: JobError) { self.init(code: Code(error.code), message: error.message) }
}
