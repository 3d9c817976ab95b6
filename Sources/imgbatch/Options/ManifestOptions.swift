internal import ArgumentParser
internal import BatchEngine
internal import Reporting
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import Thumbnailing

/// The list of outputs.
struct ManifestOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Write a list of the outputs, as CSV or as JSON lines.",
      discussion: """
        One line for each output that exists, also where an earlier run made it, sorted by name. The columns are file_name \
        (the path below the output folder), source, width, height and bytes; with --max-output-bytes also quality.
        """, valueName: "file.csv|file.jsonl"))
  var manifest: ManifestArgument?

  @Option(
    help: ArgumentHelp(
      "Further columns of the manifest: any of sha256,color,thumbhash,dhash.",
      discussion: """
        sha256: of the file. color: the dominant color, as #rrggbb. thumbhash: a blurred placeholder, in Base64. dhash: a \
        perceptual hash of 64 bits; similar images differ in few.
        """, valueName: "columns"),
    transform: ManifestColumns.init)
  var manifestWith: ManifestColumns?

  func validate() throws {
    if manifestWith != nil && manifest == nil { throw ValidationError("--manifest-with needs --manifest.") }
  }

  /// The fingerprints that images are asked for.
  var fingerprints: FingerprintKinds {
    guard let columns = manifestWith?.columns else { return [] }
    let kinds: [(ManifestColumn, FingerprintKinds)] = [
      (.color, .color), (.thumbhash, .thumbHash), (.dhash, .differenceHash),
    ]
    return kinds.reduce(into: []) { if columns.contains($1.0) { $0.insert($1.1) } }
  }

  /// Checks before the run that the manifest may and can be written; nil without one.
  /// - Parameter folder: the folder of the outputs.
  func record(
    of folder: FilePath, _ check: inout OverwriteCheck, _ execution: ExecutorOptions, _ options: ThumbnailOptions
  ) throws(CommandError) -> ManifestRecord? {
    guard let manifest else { return nil }
    let file: CheckedPath
    do throws(OverwriteRefusal) { file = try check.check(manifest.path, for: "--manifest") } catch {
      throw CommandError(error)
    }
    do throws(OwnFileError) { try AtomicFile.prepare(file) } catch { throw .manifest(manifest.path, error) }
    return ManifestRecord(
      file, Manifest(manifest.format, manifestWith?.columns ?? [], hasQuality: options.outputLimit.isSet),
      hasDigests: manifestWith?.columns.contains(.sha256) == true,
      folder: folder, execution, options)
  }
}

/// The path of a manifest. Its suffix determines the format, and protects images from a typing error.
struct ManifestArgument: ExpressibleByArgument {
  let path: FilePath
  let format: Manifest.Format

  init?(argument: String) {
    guard let path = PathArgument(argument: argument)?.path else { return nil }
    switch path.extension?.lowercased() {
    case "csv": format = .csv
    case "jsonl": format = .jsonLines
    default: return nil
    }
    self.path = path
  }

  static var defaultCompletionKind: CompletionKind { .file(extensions: ["csv", "jsonl"]) }
}

/// The value of `--manifest-with`.
struct ManifestColumns {
  let columns: Set<ManifestColumn>

  init(text: String) throws {
    columns = Set(
      try text.split(separator: ",", omittingEmptySubsequences: false).map { name in
        guard let column = ManifestColumn(rawValue: String(name)) else {
          let known = ManifestColumn.allCases.map(\.rawValue).joined(separator: ", ")
          throw ValidationError("--manifest-with is a comma-separated list of \(known); '\(name)' is none of them.")
        }
        return column
      })
  }
}

extension CommandError {
  fileprivate static func manifest(_ path: FilePath, _ error: OwnFileError) -> CommandError {
    CommandError(
      status: .outputUnusable, sentence: "the manifest \(path.forTerminal) cannot be written (\(error.message)).")
  }
}
