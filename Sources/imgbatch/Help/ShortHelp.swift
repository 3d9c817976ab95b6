internal import ArgumentParser
internal import TextFormatting

/// The help of `-h`: the options that are used most, on one screen. `--help` has all of them.
enum ShortHelp {
  /// The options shown, by command.
  private static let common = [
    "resize": [
      "--out", "--size", "--fit", "--format", "--quality", "--gray", "--name", "--parents", "--existing", "--resume",
      "--exclude",
      "--files-from", "--mode", "--jobs", "--dry-run", "--report", "--manifest", "--json", "--quiet", "--verbose",
    ],
    "grayscale": ["--out", "--size", "--gray-as", "--format", "--resume", "--mode", "--jobs", "--dry-run"],
    "fetch": [
      "--out", "--thumbs", "--thumb-size", "--connections", "--per-host", "--resume", "--retry-failed", "--failed-to",
      "--print0", "--allow-private", "--report", "--mode",
    ],
    "gallery": ["--out", "--title"], "compare": ["--runs", "--jobs", "--size", "--workload"],
    "profile": ["--jobs", "--report", "--save", "--runs"], "info": ["--files-from", "--json"], "merge": ["--json"],
  ]

  /// - Parameter name: the name of the command; nil for the program.
  static func text(_ name: String?, columns: Int) -> String {
    let commands = CommandDescription.all()
    guard let name, let command = commands.first(where: { $0.name == name }) else {
      let rows = commands.filter { common[$0.name] != nil }.map { ($0.name, $0.abstract) }
      return "\(ImgBatch.configuration.abstract)\n\nUsage: imgbatch <command> [options]\n\n"
        + table(rows, columns: columns)
        + "\nimgbatch resize dogs --out thumbs makes thumbnails of a folder.\n"
        + "imgbatch <command> -h shows the common options, --help all of them.\n"
    }
    let shown = (common[name] ?? []).compactMap { command.argument($0) }
    let positional = command.arguments.filter(\.isPositional)
    let inputs = positional.map { "<\($0.valueName ?? "")>" + ($0.isRepeating ? "..." : "") }
    let required = shown.filter { !$0.isOptional }.map(\.synopsis).map { $0.drop { $0 != " " }.dropFirst() }
    let usage = ["imgbatch", name] + inputs + required.map(String.init) + ["[options]"]
    return
      "\(wrapped(command.abstract, width: max(columns, 60) - 1).joined(separator: "\n"))\n\nUsage: \(usage.joined(separator: " "))\n\n"
      + table((positional + shown).map { ($0.synopsis, $0.abstract) }, columns: columns)
      + "\nimgbatch \(name) --help shows all options and examples.\n"
  }

  private static let labelWidth = 26

  private static func table(_ rows: [(String, String)], columns: Int) -> String {
    let width = max(columns, 60) - labelWidth - 1
    let margin = String(repeating: " ", count: labelWidth)
    return rows.map { label, text in
      let lines = wrapped(text, width: width)
      let start = "  " + label
      let isLong = start.count >= labelWidth
      let first = isLong ? start + "\n" + margin : start + margin.dropFirst(start.count)
      return first + lines.joined(separator: "\n" + margin) + "\n"
    }.joined()
  }
}
