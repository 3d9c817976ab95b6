internal import ArgumentParser
internal import BatchEngine
internal import ImageCodecs

/// Limits on a source.
struct LimitOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Refuse pictures with more pixels.", valueName: "n"))
  var maxPixels: Int = DecodeLimits().pixelCount

  @Option(help: ArgumentHelp("Refuse bigger files; K, M and G are powers of 1024.", valueName: "bytes"))
  var maxFileBytes = ByteCount(count: DecodeLimits().fileByteCount)

  @Option(help: ArgumentHelp("Refuse progressive JPEGs with more scans.", valueName: "n"))
  var maxScans: Int = DecodeLimits().scanCount

  @OptionGroup var run: WorkLimitOptions

  func validate() throws {
    guard maxPixels >= 1 else { throw ValidationError("--max-pixels is 1 or more, not \(maxPixels).") }
    guard (1...1_000_000).contains(maxScans) else {
      throw ValidationError("--max-scans is 1 to 1000000, not \(maxScans).")
    }
  }

  var decode: DecodeLimits {
    var limits = DecodeLimits()
    limits.pixelCount = maxPixels
    limits.fileByteCount = maxFileBytes.count
    limits.scanCount = maxScans
    return limits
  }
}

/// What a run may use.
struct WorkLimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Memory of the whole run: pictures that need much wait for each other. (default: half of what is available)",
      valueName: "bytes"))
  var maxMemory: ByteCount?

  @Option(help: ArgumentHelp("Seconds that one picture may take; 0 for no limit.", valueName: "seconds"))
  var timeout = 60.0

  func validate() throws {
    guard timeout >= 0, timeout <= 1_000_000 else {
      throw ValidationError("--timeout is 0 to 1000000 seconds, not \(timeout).")
    }
  }

  var work: WorkLimits {
    var limits = WorkLimits()
    if let maxMemory { limits.memoryByteCount = maxMemory.count }
    limits.timeout = timeout > 0 ? .seconds(timeout) : nil
    return limits
  }
}
