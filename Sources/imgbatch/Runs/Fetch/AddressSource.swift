internal import ArgumentParser
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// Where `fetch` gets its addresses from.
enum AddressSource {
  case file(PathArgument)
  case standardInput
  /// Addresses on the command line.
  case arguments([String])

  init(_ arguments: [PathArgument]) throws {
    let addresses = arguments.filter(\.isAddress)
    if addresses.count == arguments.count {
      self = .arguments(addresses.map(\.text))
    } else if let list = arguments.first, arguments.count == 1 {
      self = list.text == "-" ? .standardInput : .file(list)
    } else if let list = arguments.first(where: { !$0.isAddress }), !addresses.isEmpty {
      throw ValidationError("\(list.path.forTerminal) is not an address; give either addresses or one list.")
    } else {
      throw ValidationError("fetch takes one list; combine lists with cat and give -.")
    }
  }

  /// An open descriptor of the list, which the caller closes.
  func open() throws(Errno) -> CInt {
    switch self {
    case .file(let list):
      // A folder can be opened, but not read.
      if try FileStatus(of: list.path).kind == .folder { throw .isDirectory }
      return try Descriptor(opening: list.path, .list).release()
    case .standardInput: return 0
    case .arguments(let addresses):
      return try Descriptor.inMemory(addresses.flatMap { unescapedBytes($0) + [UInt8(ascii: "\n")] }).release()
    }
  }

  /// The path of the list, which must not be overwritten; nil for addresses.
  var path: FilePath? {
    switch self {
    case .file(let list): list.path
    case .standardInput: "-"
    case .arguments: nil
    }
  }

  /// The list or the addresses, for people.
  var descriptions: [String] {
    switch self {
    case .file, .standardInput: [description]
    case .arguments(let addresses): addresses.map { terminalText(unescapedBytes(withoutPasswords($0))) }
    }
  }

  /// The source in messages.
  var description: String {
    switch self {
    case .file, .standardInput: "the list \(path?.forTerminal ?? "-")"
    case .arguments: "the command line"
    }
  }
}

extension PathArgument {
  /// Whether the argument is an address of http or https.
  var isAddress: Bool {
    let start = text.prefix(8).lowercased()
    return start.hasPrefix("http://") || start.hasPrefix("https://")
  }
}
