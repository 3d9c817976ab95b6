internal import BatchEngine
internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import WorkerIPC

/// A failure of the whole command: the exit status and the message.
struct CommandError: Error {
  let status: ExitStatus
  let sentence: String
}

extension CommandError {
  init(_ error: InputListError) {
    switch error {
    case .unreadableList(let path, let reason):
      self.init(status: .noInput, sentence: "the list \(path.forTerminal) cannot be read (\(reason)).")
    }
  }

  init(unreadable source: AddressSource, _ error: Errno) {
    self.init(status: .noInput, sentence: "\(source.description) cannot be read (\(error.message)).")
  }

  /// - Parameter keepsInputNames: whether `--parents` is given.
  init(_ error: PlanError, keepsInputNames: Bool) {
    switch error {
    case .collisions(let pairs):
      let lines = pairs.prefix(CommandError.maxNamedInputs).map(\.message)
      let more = pairs.count > lines.count ? ["  and \(pairs.count - lines.count) more"] : []
      let what = pairs.count == 1 ? "two inputs map" : "\(pairs.count) pairs of inputs map"
      self.init(
        status: .wrongUsage,
        sentence: ([
          "\(what) to the same output; nothing was written. \(CommandError.advice(on: pairs, keepsInputNames))"
        ] + lines + more)
        .joined(separator: "\n"))
    case .outputsAreInputs(let overlaps):
      let lines = overlaps.prefix(CommandError.maxNamedInputs).map {
        "  \($0.output.forTerminal) would overwrite the input \($0.input.forTerminal)"
      }
      self.init(
        status: .wrongUsage,
        sentence: "some outputs would overwrite inputs; nothing was written. Use a different --out or --name.\n"
          + lines.joined(separator: "\n"))
    case .outputFolderIsFile(let folder):
      self.init(status: .outputUnusable, sentence: "--out \(folder.forTerminal) is not a folder; use a different one.")
    }
  }

  /// What gives all colliding inputs different outputs.
  private static func advice(on pairs: [Collision], _ keepsInputNames: Bool) -> String {
    let oneFolder = pairs.filter { $0.first.removingLastComponent() == $0.second.removingLastComponent() }
    guard pairs.allSatisfy({ if case .oneName = $0.kind { true } else { false } }) else {
      return "Use a --name that distinguishes them, or separate runs with different --out."
    }
    if keepsInputNames, oneFolder.isEmpty {
      return "The input folders have the same name; name the folders above them, or use separate runs."
    }
    // In one folder only the suffixes differ; in several folders the relative paths are equal.
    if oneFolder.isEmpty { return "To keep both, add --parents, which keeps the names of the input folders." }
    let name = "--name '{dir}/{name}.{ext}', as in rex.png.jpg"
    return oneFolder.count == pairs.count ? "To keep both, use \(name)." : "To keep both, use --parents and \(name)."
  }

  init(_ refusal: OverwriteRefusal) {
    let (option, name) = (refusal.option, refusal.path.forTerminal)
    let reason =
      switch refusal.reason {
      case .input(let source) where source == "-": "would overwrite the list on standard input"
      case .input(let source): "would overwrite the input \(source.forTerminal)"
      case .image: "would overwrite an image"
      case .outputOf(let source): "has the name of the output of \(source.forTerminal)"
      case .alsoNamedBy(let other): "is also the file of \(other)"
      }
    self.init(
      status: .wrongUsage, sentence: "\(option) \(name) \(reason); nothing was written. Use a different name.")
  }

  /// - Parameter input: an input from a list that was read during the run.
  static func overwritten(_ input: FilePath) -> CommandError {
    CommandError(
      status: .wrongUsage,
      sentence: "the input \(input.forTerminal) is the file of --failed-to or --report, so neither was written. "
        + "Use a different name.")
  }

  init(_ error: ExecutorError) {
    switch error {
    case .noWorker(let path, let reason):
      self.init(
        status: .internalFault,
        sentence: "no worker process can be started as \(terminalText(path)) (\(reason)); use --mode threads.")
    case .notConfined(let gaps):
      self.init(
        status: .internalFault,
        sentence: "--require-sandbox, but worker processes cannot be confined here: \(gaps.joined(separator: "; ")).")
    }
  }

  /// - Parameter found: the result of the search, with the number of ignored files.
  static func noInput(_ paths: [FilePath], _ found: InputList) -> CommandError {
    let list = paths.map(\.forTerminal).joined(separator: ", ")
    let others = found.ignoredFileCount > 0 ? ["\(found.ignoredFileCount) other files"] : []
    let unreadable =
      found.omitted.unreadableCount > 0 ? ["images in other formats: \(found.omitted.formatCounts)"] : []
    let rest = (unreadable + others).joined(separator: "; ")
    return CommandError(
      status: .noInput,
      sentence: "no \(ImageFormat.names("or")) image was found in \(list)\(rest.isEmpty ? "" : " (\(rest))").")
  }

  /// The most inputs to name in the message: a list may have millions.
  private static let maxNamedInputs = 100

  /// - Parameter inputs: inputs that all cannot be read.
  static func nothingReadable(_ inputs: InputFiles) -> CommandError {
    var lines = inputs.prefix(maxNamedInputs).map { input in
      "  \(input.source.forTerminal): \(terminalText(input.refusal?.text(\.sentence) ?? "unreadable"))"
    }
    if inputs.count > maxNamedInputs { lines.append("  and \(inputs.count - maxNamedInputs) more") }
    return CommandError(
      status: .noInput, sentence: "none of the inputs can be read.\n" + lines.joined(separator: "\n"))
  }

  static func locked(_ folder: FilePath, _ refusal: FolderLock.LockConflict) -> CommandError {
    let sentence =
      switch refusal {
      case .held(let process):
        "another run\(process.map { " (process \($0))" } ?? "") is writing to \(folder.forTerminal); "
          + "wait for it, or use a different --out; to run several at once on one list, use --shard."
      case .unusable(.system(let error)):
        "the output folder \(folder.forTerminal) cannot be locked (\(error.message)); "
          + "use --no-lock if no other run uses it."
      case .unusable(let error):
        "the lock \(folder.appending(FolderLock.name).forTerminal) cannot be used (\(error.message)); remove it, or use "
          + "--no-lock."
      }
    return CommandError(status: .outputUnusable, sentence: sentence)
  }

  static func journal(_ error: JournalError) -> CommandError {
    let sentence =
      switch error.reason {
      case .unusable(let reason):
        "the journal \(error.path.forTerminal) cannot be used (\(reason.message)); remove it, or use --no-journal."
      case .notAJournal: "the file \(error.path.forTerminal) is no journal; use a different --journal."
      case .newerVersion(let version):
        "the journal \(error.path.forTerminal) was written by a newer imgbatch (its format is \(version)); "
          + "use that version, a different --out, or --no-journal."
      }
    return CommandError(status: .outputUnusable, sentence: sentence)
  }

  /// - Parameter path: the file of the shard's events.
  static func shardEvents(_ path: FilePath, _ error: OwnFileError) -> CommandError {
    CommandError(
      status: .outputUnusable,
      sentence: "the events of the shard cannot be kept in \(path.forTerminal) (\(error.message)); remove it.")
  }

  static func shardEvents(_ folder: FilePath, _ error: Errno) -> CommandError {
    CommandError(
      status: .outputUnusable,
      sentence: "the events of the shards in \(folder.forTerminal) cannot be read (\(error.message)).")
  }

  static func nothingToRetry(_ folder: FilePath) -> CommandError {
    CommandError(
      status: .noInput,
      sentence: "there is no journal in \(folder.forTerminal) that lists failures; run without --retry-failed.")
  }

  static func failedList(_ path: FilePath, _ error: OwnFileError) -> CommandError {
    CommandError(
      status: .outputUnusable,
      sentence: "the list --failed-to \(path.forTerminal) cannot be written (\(error.message)); use a different file.")
  }

  /// Temporary files cannot be written: outputs of a measurement, or thumbnails for a page.
  static func scratchFolder(_ reason: String) -> CommandError {
    CommandError(
      status: .outputUnusable,
      sentence: "temporary files cannot be kept in \(ScratchFolder.parent.forTerminal) (\(reason)); "
        + "set TMPDIR to a writable folder.")
  }

  static func outputFolder(_ folder: FilePath, _ error: Errno) -> CommandError {
    CommandError(
      status: .outputUnusable,
      sentence: "the output folder \(folder.forTerminal) cannot be written (\(error.message)); use a different --out.")
  }
}

extension Collision {
  fileprivate var message: String {
    switch kind {
    case .oneName: "  \(first.forTerminal) and \(second.forTerminal): \(output.forTerminal)"
    case .oneNameThere(let other):
      "  \(first.forTerminal) and \(second.forTerminal) would become \(output.forTerminal) and \(other.forTerminal), "
        + "which are one name on that file system"
    case .fileAndFolder:
      "  \(first.forTerminal) would become \(output.forTerminal), which \(second.forTerminal) needs as a folder"
    }
  }
}
