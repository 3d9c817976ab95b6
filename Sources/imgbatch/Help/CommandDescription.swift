internal import ArgumentParser
internal import TextFormatting

/// A command and its options, as the argument parser describes them.
struct CommandDescription {
  let name: String
  let abstract: String
  /// In the order of the help. Hidden ones are included.
  let arguments: [ArgumentDescription]

  /// The commands of the program, in the order of the help.
  static func all() -> [CommandDescription] {
    // The parser has no other public interface to its declarations.
    do { _ = try ImgBatch.parseAsRoot(["--experimental-dump-help"]) } catch {
      guard let program = JSONObject(ImgBatch.fullMessage(for: error))?.object("command") else { return [] }
      return program.objects("subcommands").map(CommandDescription.init)
    }
    return []
  }

  private init(_ object: JSONObject) {
    name = object.text("commandName") ?? ""
    abstract = object.text("abstract") ?? ""
    arguments = object.objects("arguments").map(ArgumentDescription.init)
  }

  /// The option or flag with a name.
  /// - Parameter spelling: with its dashes.
  func argument(_ spelling: String) -> ArgumentDescription? { arguments.first { $0.spellings.contains(spelling) } }
}

/// A positional argument, an option or a flag.
struct ArgumentDescription {
  /// The names with their dashes; empty for a positional argument.
  let spellings: [String]
  /// The name of the value; nil for a flag.
  let valueName: String?
  let abstract: String
  let isOptional: Bool
  let isRepeating: Bool

  fileprivate init(_ object: JSONObject) {
    spellings = object.objects("names").map { name in
      (name.text("kind") == "long" ? "--" : "-") + (name.text("name") ?? "")
    }
    valueName = object.text("kind") == "flag" ? nil : object.text("valueName")
    abstract = object.text("abstract") ?? ""
    isOptional = object.isTrue("isOptional")
    isRepeating = object.isTrue("isRepeating")
  }

  var isPositional: Bool { spellings.isEmpty }

  /// As in "-o, --out <folder>".
  var synopsis: String {
    let value = valueName.map { "<\($0)>" }
    let names = spellings.filter { !$0.hasPrefix("--") } + spellings.filter { $0.hasPrefix("--") }
    return ([names.joined(separator: ", ")].filter { !$0.isEmpty } + [value].compactMap { $0 }).joined(separator: " ")
  }
}
