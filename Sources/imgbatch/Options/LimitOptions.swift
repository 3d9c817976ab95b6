internal import ArgumentParser
internal import BatchEngine
internal import ImageCodecs

/// Limits on a source.
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Reject images with more pixels, as in 300M. (default: \(DecodeLimits().pixelCount))", valueName: "pixels"),
    transform: PixelCount.init)
  var maxPixels = PixelCount(count: DecodeLimits().pixelCount)

  @Option(
    help: ArgumentHelp(
      "Reject larger files, as in 512M or 1GB. (default: \(ByteCount(count: DecodeLimits().fileByteCount)))",
      valueName: "bytes"),
    transform: ByteCount.init(text:))
  var maxFileBytes = ByteCount(count: DecodeLimits().fileByteCount)

  @Option(help: ArgumentHelp("Reject progressive JPEGs with more scans.", valueName: "n"))
  var maxScans: Int = DecodeLimits().scanCount

  @Flag(
    help: ArgumentHelp(
      "Decode HEIC, AVIF, TIFF and JPEG XL even where worker processes cannot filter system calls.",
      discussion: "Their libraries then have the rights of this user. Only for files that you trust."))
  var allowUnconfined = false

  func validate() throws {
    guard (1...1_000_000).contains(maxScans) else {
      throw ValidationError("--max-scans is 1 to 1000000, not \(maxScans).")
    }
  }

  var decode: DecodeLimits {
    var limits = DecodeLimits()
    limits.pixelCount = maxPixels.count
    limits.fileByteCount = maxFileBytes.count
    limits.scanCount = maxScans
    limits.allowsUnconfined = allowUnconfined
    return limits
  }
}

// The help of an option with a transformation does not show its default by itself.
private let defaultTimeout = TimeSpan(seconds: 60)
private let defaultReadTimeout = TimeSpan(seconds: 120)

/// What a run may use.
struct WorkLimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Memory of the whole run, as in 2G; large images wait until enough is free.",
      discussion: "Default: half of the memory that is available.", valueName: "bytes"),
    transform: ByteCount.init(text:))
  var maxMemory: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Time limit for one image, as in 30s or 2m; 0 for none. (default: \(defaultTimeout))", valueName: "time"),
    transform: TimeSpan.init)
  var timeout = defaultTimeout

  @Option(
    help: ArgumentHelp(
      "Threads that read images ahead of the workers, up to 64; 0 for none.",
      discussion: "auto: none while storage is fast; else as many as make the run faster.", valueName: "n|auto"))
  var readers = ReaderCount.automatic

  @Option(
    help: ArgumentHelp(
      "Time limit for reading one image, as in 30s or 2m; 0 for none. (default: \(defaultReadTimeout))",
      valueName: "time"),
    transform: TimeSpan.init)
  var readTimeout = defaultReadTimeout

  func validate() throws {
    try timeout.check("--timeout", in: 0...1_000_000)
    try readTimeout.check("--read-timeout", in: 0...1_000_000)
  }

  var work: WorkLimits {
    var limits = WorkLimits()
    if let maxMemory { limits.memoryByteCount = maxMemory.count }
    limits.timeout = timeout.seconds > 0 ? .seconds(timeout.seconds) : nil
    limits.reading.readers = readers.count
    limits.reading.timeout = readTimeout.seconds > 0 ? .seconds(readTimeout.seconds) : nil
    return limits
  }
}
