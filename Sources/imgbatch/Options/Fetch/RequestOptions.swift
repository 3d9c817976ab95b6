internal import ArgumentParser
internal import ImageCodecs

// The help of an option with a transformation does not show its default by itself.
private enum Defaults {
  static let connectTimeout = TimeSpan(seconds: 15)
  static let stallTimeout = TimeSpan(seconds: 30)
  static let totalTimeout = TimeSpan(seconds: 600)
  static let retryDelay = TimeSpan(seconds: 0.5)
  static let maxBytes = ByteCount(count: DecodeLimits().fileByteCount)
}

/// How requests are made.
struct RequestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Downloads at once from one host.", valueName: "n"))
  var perHost = 6

  @Option(
    help: ArgumentHelp("Time limit for connecting. (default: \(Defaults.connectTimeout))", valueName: "time"),
    transform: TimeSpan.init)
  var connectTimeout = Defaults.connectTimeout

  @Option(
    help: ArgumentHelp("Time limit without any new data. (default: \(Defaults.stallTimeout))", valueName: "time"),
    transform: TimeSpan.init)
  var stallTimeout = Defaults.stallTimeout

  @Option(
    help: ArgumentHelp("Time limit for one attempt. (default: \(Defaults.totalTimeout))", valueName: "time"),
    transform: TimeSpan.init)
  var totalTimeout = Defaults.totalTimeout

  @Option(help: ArgumentHelp("Retries after a temporary failure (408, 429, 5xx, network).", valueName: "n"))
  var retries = 4

  @Option(
    help: ArgumentHelp(
      "Wait before the first retry. (default: \(Defaults.retryDelay))",
      discussion: """
        It doubles with each retry, up to 30 s, and varies by half. A server's Retry-After takes precedence.
        """, valueName: "time"), transform: TimeSpan.init)
  var retryDelay = Defaults.retryDelay

  @Option(
    help: ArgumentHelp("Reject larger images, as in 100M. (default: \(Defaults.maxBytes))", valueName: "bytes"),
    transform: ByteCount.init(text:))
  var maxBytes = Defaults.maxBytes

  @Option(help: ArgumentHelp("Redirects to follow.", valueName: "n"))
  var maxRedirects = 10

  @Option(help: ArgumentHelp("The User-Agent header.", valueName: "name"))
  var userAgent = "imgbatch/\(Build.version)"

  @Flag(help: "Allow connections to private addresses: this machine and its networks.")
  var allowPrivate = false

  func validate() throws {
    guard (1...1000).contains(perHost) else { throw ValidationError("--per-host is 1 to 1000, not \(perHost).") }
    guard (0...100).contains(retries) else { throw ValidationError("--retries is 0 to 100, not \(retries).") }
    guard (0...100).contains(maxRedirects) else {
      throw ValidationError("--max-redirects is 0 to 100, not \(maxRedirects).")
    }
    let times = [("connect-timeout", connectTimeout), ("stall-timeout", stallTimeout), ("total-timeout", totalTimeout)]
    for (name, value) in times { try value.check("--\(name)", in: 0.001...1_000_000) }
    try retryDelay.check("--retry-delay", in: 0...3600)
    guard !userAgent.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) else {
      throw ValidationError("--user-agent contains control characters.")
    }
  }
}

/// For a command without downloads.
func checkUnused(_ request: RequestOptions, _ headers: HeaderOptions) throws {
  let defaults = ForwardedArguments(try RequestOptions.parse([]), try HeaderOptions.parse([]))
  if let option = ForwardedArguments(request, headers).firstChange(from: defaults) {
    throw ValidationError("\(option) has no effect without downloads.")
  }
}
