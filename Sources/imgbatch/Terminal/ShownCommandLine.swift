internal import RunState
internal import SystemSupport

/// The command line for a report, quoted for a shell. It contains no password of a URL and no value of a header.
enum ShownCommandLine {
  /// Longer lines, as from a pattern that matches thousands of files, are cut.
  private static let maxByteCount = 4000

  /// - Parameter arguments: as `rawArguments` returns them.
  static func text(_ arguments: [String]) -> String {
    var line = "imgbatch"
    for (index, argument) in hidingSecrets(arguments).enumerated() {
      if line.utf8.count > maxByteCount { return "\(line) ... and \(arguments.count - index) more arguments" }
      line += " " + quoted(argument)
    }
    return line
  }

  private static func hidingSecrets(_ arguments: [String]) -> [String] {
    var shown: [String] = []
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument.hasPrefix("--header=") || argument.hasPrefix("--header-for=") {
        shown.append(hidingValue(argument))
        continue
      }
      shown.append(argument.contains("://") ? withoutPasswords(argument) : argument)
      // The host and the line may also be one argument.
      if argument == "--header-for", let host = rest.first, !host.contains(" ") { shown.append(rest.removeFirst()) }
      if argument == "--header" || argument == "--header-for", let line = rest.popFirst() {
        shown.append(hidingValue(line))
      }
    }
    return shown
  }

  /// The name of a header without the value. Nothing after the first colon is shown, even where that is a port.
  private static func hidingValue(_ line: String) -> String {
    guard let colon = line.firstIndex(of: ":") else { return "****" }
    return line[...colon] + " ****"
  }

  /// An argument as one word of a POSIX shell; with control characters, hidden characters or invalid UTF-8, as one of Bash.
  /// - Parameter argument: as `rawArguments` returns it.
  static func quoted(_ argument: String) -> String {
    let bytes = unescapedBytes(argument)
    guard let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { $0.isControl || $0.isHidden })
    else {
      return "$'" + bytes.map(escaped).joined() + "'"
    }
    let isPlain = !bytes.isEmpty && bytes.allSatisfy { isAlphanumeric($0) || "_./:=@%+,-".utf8.contains($0) }
    return isPlain
      ? text : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }

  private static func escaped(_ byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: "'"), UInt8(ascii: "\\"): "\\" + String(Unicode.Scalar(byte))
    case 0x20..<0x7F: String(Unicode.Scalar(byte))
    default: "\\x" + Hexadecimal.text([byte])
    }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
