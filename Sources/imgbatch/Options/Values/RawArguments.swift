internal import ArgumentParser
internal import Glibc
internal import SystemPackage
internal import SystemSupport

// File names are bytes, but the argument parser takes text. Each byte that is not valid UTF-8 becomes a scalar of the last
// private-use plane, and becomes a byte again where a path is made.

/// The scalar of a byte is U+10FF00 + byte.
private let escapes: ClosedRange<UInt32> = 0x10_FF00...0x10_FFFF

/// The arguments after the program's name. Every byte is preserved.
func rawArguments() -> [String] {
  var arguments: [String] = []
  for index in 1..<max(1, Int(CommandLine.argc)) {
    // SAFETY: argv holds argc NUL-terminated strings, which stay valid until the process exits.
    guard let start = unsafe CommandLine.unsafeArgv[index] else { break }
    let bytes = unsafe UnsafeBufferPointer(start: start, count: strlen(start))
    arguments.append(escapedArgument(unsafe bytes.map(UInt8.init(bitPattern:))))
  }
  return arguments
}

/// Converts bytes to text without loss. Each byte of invalid UTF-8, and of a scalar in the range of the escapes, becomes one
/// escape.
func escapedArgument(_ bytes: [UInt8]) -> String {
  var text = String.UnicodeScalarView()
  var parser = Unicode.UTF8.ForwardParser()
  var rest = bytes.makeIterator()
  var position = 0
  while true {
    let length: Int
    switch parser.parseScalar(from: &rest) {
    case .valid(let encoded):
      length = encoded.count
      let scalar = Unicode.UTF8.decode(encoded)
      if escapes.contains(scalar.value) {
        text.append(contentsOf: bytes[position..<position + length].map(escape))
      } else {
        text.append(scalar)
      }
    case .error(let invalid):
      length = invalid
      text.append(contentsOf: bytes[position..<position + length].map(escape))
    case .emptyInput:
      return String(text)
    }
    position += length
  }
}

/// The bytes of an escaped argument.
func unescapedBytes(_ argument: String) -> [UInt8] {
  var bytes: [UInt8] = []
  for scalar in argument.unicodeScalars {
    if escapes.contains(scalar.value) {
      bytes.append(UInt8(scalar.value - escapes.lowerBound))
    } else {
      bytes += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
    }
  }
  return bytes
}

private func escape(_ byte: UInt8) -> Unicode.Scalar {
  // Every value in the range is a valid scalar: the surrogates are far below it.
  Unicode.Scalar(escapes.lowerBound + UInt32(byte)) ?? "\u{FFFD}"
}

/// A path on the command line, byte for byte.
struct PathArgument: ExpressibleByArgument {
  let path: FilePath
  /// The argument as given. "-" means a standard stream only for the options that document it.
  let text: String

  init?(argument: String) {
    guard !argument.isEmpty else { return nil }
    text = argument
    path = FilePath(bytes: unescapedBytes(argument))
  }

  var defaultValueDescription: String { text }

  static var defaultCompletionKind: CompletionKind { .file() }
}
