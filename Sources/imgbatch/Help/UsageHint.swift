internal import BatchEngine
internal import ImageCore
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// A better message for a command line that the argument parser rejected: what was typed, and what to type.
struct UsageHint {
  let sentence: String
  /// The command whose help is relevant; nil for the program.
  let command: String?

  /// Nil if the parser's own message is the best.
  /// - Parameter arguments: escaped, without the program's name.
  static func find(_ arguments: [String]) -> UsageHint? {
    guard let first = arguments.first else { return nil }
    let commands = CommandDescription.all()
    if first.hasPrefix("-") { return nil }
    guard let command = commands.first(where: { $0.name == first }) else {
      return first == "help" ? nil : UsageHint(unknownCommand: arguments, commands)
    }
    let typed = TypedArguments(arguments.dropFirst(), of: command)
    return UsageHint(unknownOption: typed, of: command)
      ?? UsageHint(missingOut: typed, of: command) ?? UsageHint(unwritableFormat: typed, of: command)
  }

  private init(_ sentence: String, _ command: CommandDescription?) {
    self.sentence = sentence
    self.command = command?.name
  }
}

/// The arguments of a command, sorted into options and others.
private struct TypedArguments {
  /// With dashes, without values.
  var options: [String] = []
  /// The values of options, by spelling.
  var values: [String: String] = [:]
  var others: [String] = []

  init(_ arguments: ArraySlice<String>, of command: CommandDescription) {
    var rest = arguments
    while let argument = rest.popFirst() {
      if argument == "--" {
        others += rest
        return
      }
      guard argument.hasPrefix("-"), argument != "-" else {
        others.append(argument)
        continue
      }
      let name = String(argument.prefix { $0 != "=" })
      options.append(name)
      guard let option = command.argument(name), option.valueName != nil else { continue }
      let value = argument == name ? rest.popFirst() : String(argument.dropFirst(name.count + 1))
      for spelling in option.spellings { values[spelling] = value }
    }
  }
}

extension UsageHint {
  private init(unknownCommand arguments: [String], _ commands: [CommandDescription]) {
    let typed = arguments[0]
    let names = commands.map(\.name)
    if InputFile.exists(FilePath(bytes: unescapedBytes(typed))) {
      let line = (["imgbatch", "resize"] + arguments).map(ShownCommandLine.quoted).joined(separator: " ")
      let hasOut = arguments.contains { ["-o", "--out"].contains($0) || $0.hasPrefix("--out=") }
      self.init(
        "'\(typed)' is not a command. To make thumbnails: \(line)\(hasOut ? "" : " --out thumbs")", nil)
    } else if let name = names.min(by: { distance($0, typed) < distance($1, typed) }), isSimilar(name, typed) {
      self.init("'\(typed)' is not a command. Did you mean '\(name)'?", nil)
    } else {
      self.init("'\(typed)' is not a command. The commands are \(names.joined(separator: ", ")).", nil)
    }
  }

  /// Options of other programs, and what does the same here.
  private static let foreignOptions: [String: String] = [
    "--output": "use --out", "--outdir": "use --out", "--output-dir": "use --out", "--dest": "use --out",
    "--width": "use --size 400x for a width of 400", "-w": "use --size 400x for a width of 400",
    "--height": "use --size x300 for a height of 300",
    "--size": "use --thumb-size", "--threads": "use --jobs", "-t": "use --jobs", "--workers": "use --jobs",
    "--parallel": "use --jobs",
    "--concurrency": "use --jobs", "--resize": "use --size", "--thumbnail": "use --size", "--geometry": "use --size",
    "--dimensions": "use --size", "--scale": "use --size 50%", "--crop": "use --fit cover",
    "--strip": "metadata is dropped by default; --icc strip drops the color profile as well",
    "--recursive": "folders are walked by default; --no-recursive does not enter subfolders",
    "-r": "folders are walked by default; --no-recursive does not enter subfolders",
    "-R": "folders are walked by default; --no-recursive does not enter subfolders",
    "--grayscale": "use --gray", "--greyscale": "use --gray", "--grey": "use --gray",
    "--overwrite": "use --existing overwrite",
    "--force": "use --existing overwrite", "--skip-existing": "use --existing skip", "--ignore": "use --exclude",
    "--update": "use --existing update", "-Q": "use --quality", "--auto-orient": "images are turned upright by default",
    "--dryrun": "use --dry-run", "--dpi": "only the size in pixels can be set, by --size",
    "-V": "use imgbatch --version",
    "--verbosity": "use --verbose or --quiet", "--colour": "use --color", "--crf": "use --quality",
  ]

  private init?(unknownOption typed: TypedArguments, of command: CommandDescription) {
    let known = Set(command.arguments.flatMap(\.spellings))
    let isUnknown: (String) -> Bool = { option in
      if known.contains(option) || option == "-h" || option == "--help" { return false }
      // Flags of one letter can be joined, and the last one can have its value attached.
      return option.hasPrefix("--") || !known.contains(String(option.prefix(2)))
    }
    guard let option = typed.options.first(where: isUnknown) else { return nil }
    let start = "unknown option '\(option)'"
    if let advice = UsageHint.foreignOptions[option], UsageHint.applies(advice, to: known) {
      self.init("\(start); \(advice).", command)
      return
    }
    let shown = command.arguments.flatMap(\.spellings).filter { $0.hasPrefix("--") }
    if option.hasPrefix("--"), let name = shown.min(by: { distance($0, option) < distance($1, option) }),
      isSimilar(name, option)
    {
      self.init("\(start). Did you mean '\(name)'?", command)
    } else {
      self.init("\(start).", command)
    }
  }

  /// Whether the command has the option that the advice names.
  private static func applies(_ advice: String, to known: Set<String>) -> Bool {
    let named = advice.split { " ;,".contains($0) }.filter { $0.hasPrefix("--") && $0 != "--version" }
    return named.allSatisfy { known.contains(String($0)) }
  }

  private init?(missingOut typed: TypedArguments, of command: CommandDescription) {
    guard let out = command.argument("--out"), !out.isOptional, typed.values["--out"] == nil else { return nil }
    let (inputs, last) = (typed.others.dropLast(), typed.others.last)
    if typed.others == ["-"], command.name != "fetch", command.name != "gallery" {
      self.init("missing option '--out'; for a pipe: imgbatch \(command.name) - --out -", command)
      return
    }
    if let option = typed.others.first(where: { $0.hasPrefix("-") && $0 != "-" }) {
      self.init(
        "missing option '--out'. After '--' all arguments are inputs, '\(option)' too: put options before it.", command)
      return
    }
    let example = command.name == "gallery" ? "page.html" : command.name == "fetch" ? "images" : "thumbs"
    if let last, !inputs.isEmpty, last != "-", !InputFile.exists(FilePath(bytes: unescapedBytes(last))) {
      let line = (["imgbatch", command.name] + inputs + ["--out", last]).map(ShownCommandLine.quoted).joined(
        separator: " ")
      self.init("missing option '--out'. If '\(last)' is the output: \(line)", command)
    } else {
      let line = (["imgbatch", command.name] + typed.others + ["--out", example]).map(ShownCommandLine.quoted).joined(
        separator: " ")
      self.init("missing option '--out', which says where to write, as in: \(line)", command)
    }
  }

  private init?(unwritableFormat typed: TypedArguments, of command: CommandDescription) {
    guard let format = typed.values["--format"]?.lowercased(), OutputFormat(argument: format) == nil else { return nil }
    let written = ImageFormat.writtenNames("and")
    self.init(
      format == "webp"
        ? "this build cannot write WebP; it writes \(written). Build it with: make build"
        : "--format \(format) is not possible; this build writes \(written).", command)
  }
}

private func isSimilar(_ name: String, _ typed: String) -> Bool {
  distance(name, typed) <= max(1, min(name.count, typed.count) / 3)
}

/// The number of insertions, deletions and substitutions between two texts (Levenshtein distance).
private func distance(_ one: String, _ other: String) -> Int {
  let other = Array(other)
  var row = Array(0...other.count)
  for (i, character) in one.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, candidate) in other.enumerated() {
      let substitution = diagonal + (character == candidate ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substitution, row[j + 1] + 1, row[j] + 1)
    }
  }
  return row[other.count]
}
