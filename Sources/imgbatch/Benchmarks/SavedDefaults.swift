internal import BatchEngine
internal import Benchmarking
internal import Glibc
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// The best mode and number of workers on this machine, as found by `profile --save`. They are the defaults of runs that set
/// neither.
///
/// They are stored in a small text file that names the machine, because several machines may share a home folder.
struct SavedDefaults: Equatable {
  let processor: String
  let cores: Int
  let mode: ExecutionMode
  let workers: Int

  private static let opening = "# Written by imgbatch profile --save. Remove this file to undo."

  /// The path in `IMGBATCH_DEFAULTS`, or none where the variable is empty. Without the variable, imgbatch/defaults in
  /// `XDG_CONFIG_HOME` or in ~/.config. Nil where neither is known.
  static var path: FilePath? {
    if let named = Environment.path("IMGBATCH_DEFAULTS") { return named.isEmpty ? nil : named }
    // The XDG Base Directory Specification requires relative paths to be ignored.
    if let configuration = Environment.path("XDG_CONFIG_HOME"), configuration.isAbsolute {
      return configuration.appending("imgbatch").appending("defaults")
    }
    guard let home = Environment.path("HOME"), !home.isEmpty else { return nil }
    return home.appending(".config").appending("imgbatch").appending("defaults")
  }

  /// Nil where there is no file, or where it is damaged or belongs to another machine.
  static func load() -> SavedDefaults? {
    guard let path, let text = ProcFile.contents(of: path), let saved = SavedDefaults(text: text),
      saved.cores == UsableCores.count,
      saved.processor == Machine(usableCores: saved.cores, software: "").processor
    else { return nil }
    return saved
  }

  /// The defaults in effect, for messages.
  static var description: String {
    guard let path else { return "defaults: none are looked for" }
    guard let saved = load() else { return "defaults: none for this machine in \(path.forTerminal)" }
    return "defaults: --mode \(saved.mode.rawValue) --jobs \(saved.workers), saved in \(path.forTerminal)"
  }

  init(processor: String, cores: Int, mode: ExecutionMode, workers: Int) {
    self.processor = processor
    self.cores = cores
    self.mode = mode
    self.workers = workers
  }

  init?(text: String) {
    var values: [Substring: Substring] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: " ", maxSplits: 1)
      if parts.count == 2 { values[parts[0]] = parts[1] }
    }
    guard let processor = values["processor"], let cores = values["cores"].flatMap({ Int($0) }),
      let mode = values["mode"].flatMap({ ExecutionMode(rawValue: String($0)) }),
      let workers = values["jobs"].flatMap({ Int($0) }), WorkerCount.range.contains(workers)
    else { return nil }
    self.init(processor: String(processor), cores: cores, mode: mode, workers: workers)
  }

  var text: String {
    [SavedDefaults.opening, "processor \(processor)", "cores \(cores)", "mode \(mode.rawValue)", "jobs \(workers)"]
      .map { $0 + "\n" }.joined()
  }

  /// Checks before the run that the defaults can be saved.
  static func prepare(_ check: inout OverwriteCheck) throws -> CheckedPath {
    let path = try writablePath()
    let file: CheckedPath
    do throws(OverwriteRefusal) { file = try check.check(path, for: "--save") } catch { throw CommandError(error) }
    do throws(OwnFileError) { try AtomicFile.prepare(file) } catch { throw failure(path, error) }
    return file
  }

  /// Writes the file atomically.
  func save(to file: CheckedPath) throws {
    do throws(OwnFileError) {
      try AtomicFile.write(to: file) { write throws(Errno) in try write(text) }
    } catch {
      throw SavedDefaults.failure(file.path, error)
    }
  }

  private static func writablePath() throws -> FilePath {
    guard let path else {
      throw CommandError(
        status: .outputUnusable,
        sentence:
          "there is no place for defaults: neither HOME nor XDG_CONFIG_HOME is set, or IMGBATCH_DEFAULTS is empty.")
    }
    return path
  }

  private static func failure(_ path: FilePath, _ error: OwnFileError) -> CommandError {
    CommandError(
      status: .outputUnusable, sentence: "the defaults \(path.forTerminal) cannot be written (\(error.message)).")
  }
}
