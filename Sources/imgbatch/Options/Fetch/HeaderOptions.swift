internal import ArgumentParser
internal import Downloading

/// Header lines that the user adds to requests.
struct HeaderOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A request header for the addresses of the list, not for redirects to other hosts.",
      valueName: "line"))
  var header: [String] = []

  @Option(
    help: ArgumentHelp(
      "A request header for one host, as in --header-for dogs.example 'Cookie: ...'; HOST:PORT limits it to that port.",
      valueName: "host> <line"))
  var headerFor: [HeaderForArgument] = []

  @Flag(help: "Send these headers over unencrypted http, too.")
  var headerOverHttp = false

  func validate() throws {
    for (option, line) in header.map({ ("--header", $0) }) + headerFor.map({ ("--header-for", $0.line) }) {
      let name = line.prefix { $0 != ":" }
      let isLine = name.count < line.count && !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
      guard isLine, !line.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) else {
        throw ValidationError("\(option) is a header as in 'Name: value', not '\(line)'.")
      }
      // The line would reach the origin server, which must not see proxy credentials (RFC 9110, 11.7.2).
      guard name.lowercased() != "proxy-authorization" else {
        throw ValidationError(
          "\(option) is for servers; set a proxy's user and password by https_proxy=http://user:password@host:port.")
      }
    }
    if headerOverHttp && header.isEmpty && headerFor.isEmpty {
      throw ValidationError("--header-over-http needs --header or --header-for.")
    }
  }

  /// - Precondition: `CurlLibrary` is open.
  func makeHeaders() throws -> OwnHeaders {
    var headers = OwnHeaders()
    headers.lines = header
    headers.overHTTP = headerOverHttp
    for one in headerFor {
      guard let host = HeaderHost(one.host) else {
        throw CommandError(
          status: .wrongUsage,
          sentence: "--header-for is for a host as in dogs.example or dogs.example:8443, not '\(one.host)'.")
      }
      headers.hostLines.append(OwnHeaders.HostLine(host, one.line))
    }
    return headers
  }
}

/// A host and a header line. The argument parser supports one value per option, so `joiningPairs` joins the two with a space
/// before parsing. A host contains no space.
struct HeaderForArgument: ExpressibleByArgument {
  let host: String
  let line: String

  init?(argument: String) {
    guard let space = argument.firstIndex(of: " "), space > argument.startIndex else { return nil }
    host = String(argument[..<space])
    line = String(argument[argument.index(after: space)...])
  }

  var defaultValueDescription: String { "\(host) \(line)" }
}

/// Joins each `--header-for` with its two values, which are separate arguments.
func joiningPairs(_ arguments: [String]) -> [String] {
  var joined: [String] = []
  var rest = arguments[...]
  while let argument = rest.popFirst() {
    if argument == "--" { return joined + [argument] + rest }
    if argument == "--header-for", rest.count >= 2, let host = rest.first, !host.contains(" ") {
      joined.append("\(argument)=\(host) \(rest[rest.startIndex + 1])")
      rest = rest.dropFirst(2)
    } else {
      joined.append(argument)
    }
  }
  return joined
}
