internal import ArgumentParser
internal import ImageCodecs

/// How requests are made.
struct RequestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Downloads at once from one host.", valueName: "n"))
  var perHost = 6

  @Option(help: ArgumentHelp("Seconds until a connection has to be there.", valueName: "seconds"))
  var connectTimeout = 15.0

  @Option(help: ArgumentHelp("Seconds in which something has to come.", valueName: "seconds"))
  var stallTimeout = 30.0

  @Option(help: ArgumentHelp("Seconds that one try may take in all.", valueName: "seconds"))
  var totalTimeout = 600.0

  @Option(help: ArgumentHelp("Tries after the first, where it may help (408, 429, 5xx, network).", valueName: "n"))
  var retries = 4

  @Option(
    help: ArgumentHelp(
      "Seconds before the second try; they double up to 30, vary by half, and Retry-After counts.", valueName: "seconds"
    ))
  var retryDelay = 0.5

  @Option(help: ArgumentHelp("Refuse bigger pictures; K, M and G are powers of 1024.", valueName: "bytes"))
  var maxBytes = ByteCount(count: DecodeLimits().fileByteCount)

  @Option(help: ArgumentHelp("Redirections that are followed.", valueName: "n"))
  var maxRedirects = 10

  @OptionGroup var headers: HeaderOptions

  @Option(help: ArgumentHelp("How imgbatch calls itself.", valueName: "name"))
  var userAgent = "imgbatch/\(Build.version)"

  @Flag(help: "Connect to addresses that are not public, too: this machine, its network, its cloud.")
  var allowPrivate = false

  func validate() throws {
    guard (1...1000).contains(perHost) else { throw ValidationError("--per-host is 1 to 1000, not \(perHost).") }
    guard (0...100).contains(retries) else { throw ValidationError("--retries is 0 to 100, not \(retries).") }
    guard (0...100).contains(maxRedirects) else {
      throw ValidationError("--max-redirects is 0 to 100, not \(maxRedirects).")
    }
    let times = [("connect-timeout", connectTimeout), ("stall-timeout", stallTimeout), ("total-timeout", totalTimeout)]
    for (name, value) in times {
      guard value >= 0.001, value <= 1_000_000 else {
        throw ValidationError("--\(name) is 0.001 to 1000000, not \(value).")
      }
    }
    guard retryDelay >= 0, retryDelay <= 3600 else {
      throw ValidationError("--retry-delay is 0 to 3600, not \(retryDelay).")
    }
    guard !userAgent.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw ValidationError("--user-agent has control characters.")
    }
  }
  /// For a command without downloads.
  func checkUnused() throws {
    let defaults = ForwardedArguments(try RequestOptions.parse([]))
    if let option = ForwardedArguments(self).firstChange(from: defaults) {
      throw ValidationError("\(option) has no effect without downloads.")
    }
  }
}
