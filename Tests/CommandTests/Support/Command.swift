import Foundation
import TestSupport

/// The output of a program and its exit status.
struct Response {
  let status: Int32
  /// The signal that ended it; nil where it exited.
  let signal: Int32?
  let output: String
  let error: String

  /// The events of `--json`, in order.
  var events: [[String: Any]] {
    get throws {
      try output.split(separator: "\n").map { line in
        guard let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
          throw NotAnObject(line: String(line))
        }
        return event
      }
    }
  }

  /// The file events by the file name of their source.
  var files: [String: [String: Any]] {
    get throws {
      let files = try events.filter { $0["event"] as? String == "file" }
      return Dictionary(
        uniqueKeysWithValues: files.map { (URL(fileURLWithPath: $0["source"] as? String ?? "").lastPathComponent, $0) })
    }
  }

  struct NotAnObject: Error { let line: String }
}

/// A folder that is removed at the end of the test.
final class ScratchFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "imgbatch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  subscript(name: String) -> String { url.appending(path: name).path }

  /// Copies a sample into the folder, under its own or another name.
  func add(_ sample: String, as name: String? = nil) throws {
    let target = url.appending(path: name ?? sample)
    try FileManager.default.createDirectory(at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: Places.samples.appending(path: sample), to: target)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: self[name]) }

  func move(_ name: String, to other: String) throws {
    try FileManager.default.moveItem(atPath: self[name], toPath: self[other])
  }

  /// The sorted relative paths of all files below a folder, without the records of runs.
  func files(below name: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: self[name])?.compactMap { $0 as? String } ?? []
    return names.filter { path in
      if [".imgbatch-journal", ".imgbatch-lock", ".imgbatch-output"].contains(path) { return false }
      let attributes = try? FileManager.default.attributesOfItem(atPath: self[name + "/" + path])
      return attributes?[.type] as? FileAttributeType != .typeDirectory
    }.sorted()
  }

  func bytes(_ name: String) -> Data? { FileManager.default.contents(atPath: self[name]) }
}

/// Runs the programs of this build.
enum Command {
  /// The values of `--mode`.
  static let modes = ["threads", "serial", "processes"]

  /// The programs are in the folder of the test bundle.
  static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
  static let imgbatch = folder.appending(path: "imgbatch")

  static var dogs: String { Places.samples.appending(path: "dogs").path }
  static var patterns: String { Places.samples.appending(path: "patterns").path }
  static var broken: String { Places.samples.appending(path: "broken").path }

  /// Runs imgbatch.
  static func run(
    _ arguments: String..., input: Data = Data(), environment: [String: String] = [:]
  ) throws -> Response {
    try run(arguments: arguments, input: input, environment: environment)
  }

  static func run(
    arguments: [String], input: Data = Data(), environment: [String: String] = [:]
  ) throws -> Response {
    try run(imgbatch, arguments, input: input, environment: environment)
  }

  /// Runs a line of bash, with imgbatch on its path.
  static func shell(_ line: String, in folder: ScratchFolder) throws -> Response {
    try run(
      URL(fileURLWithPath: "/bin/bash"), ["-c", "set -o pipefail; " + line], input: Data(), environment: [:],
      in: folder.url)
  }

  private static func run(
    _ program: URL, _ arguments: [String], input: Data, environment: [String: String], in folder: URL? = nil
  ) throws -> Response {
    let scratch = try ScratchFolder()
    try input.write(to: scratch.url.appending(path: "input"))
    let process = prepared(program, arguments, environment, in: folder)
    // Files instead of pipes, which would have to be drained while the program runs.
    for name in ["output", "error"] { _ = FileManager.default.createFile(atPath: scratch[name], contents: nil) }
    process.standardInput = try FileHandle(forReadingFrom: scratch.url.appending(path: "input"))
    process.standardOutput = try FileHandle(forWritingTo: scratch.url.appending(path: "output"))
    process.standardError = try FileHandle(forWritingTo: scratch.url.appending(path: "error"))
    try process.start()
    process.waitUntilExit()
    return Response(
      status: process.terminationStatus,
      signal: process.terminationReason == .uncaughtSignal ? process.terminationStatus : nil,
      output: String(decoding: scratch.bytes("output") ?? Data(), as: UTF8.self),
      error: String(decoding: scratch.bytes("error") ?? Data(), as: UTF8.self))
  }

  /// A configured process that is not running yet.
  static func prepared(
    _ program: URL, _ arguments: [String], _ environment: [String: String] = [:], in folder: URL? = nil
  ) -> Process {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    var variables = ProcessInfo.processInfo.environment
    variables["PATH"] = Command.folder.path + ":" + (variables["PATH"] ?? "/usr/bin:/bin")
    for name in ["NO_COLOR", "SLURM_CPUS_PER_TASK", "IMGBATCH_SIMD"] { variables[name] = nil }
    // Ignores defaults saved on the test machine.
    variables["IMGBATCH_DEFAULTS"] = ""
    process.environment = variables.merging(environment) { $1 }
    process.currentDirectoryURL = folder
    return process
  }
}

extension Command {
  /// Runs fetch against a server on loopback, with minimal delays between tries.
  static func fetch(
    _ list: [String], _ scratch: ScratchFolder, _ options: [String] = [], environment: [String: String] = [:]
  ) throws -> Response {
    try run(
      arguments: ["fetch", "-", "--out", scratch["out"], "--json", "--allow-private", "--retry-delay", "0.001"]
        + options,
      input: Data(list.map { $0 + "\n" }.joined().utf8), environment: environment)
  }
}
