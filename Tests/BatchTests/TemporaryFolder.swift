import Batch
import Foundation
import SystemPackage

/// A real folder that goes with its owner, and short ways to fill it and to look into it. Names are bytes.
final class TemporaryFolder: Sendable {
  let path: FilePath

  init() throws {
    let name = "imgbatch-tests-\(UUID().uuidString)"
    let folder = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = FilePath(folder.path)
  }

  deinit {
    // Not FileManager: that gives up on names that are no UTF-8 and on paths longer than the system's limit.
    let remove = Process()
    remove.executableURL = URL(filePath: "/bin/rm")
    remove.arguments = ["-rf", path.string]
    try? remove.run()
    remove.waitUntilExit()
  }

  func callAsFunction(_ relative: String) -> FilePath { path.appending(relative) }

  /// A path below the folder, of any bytes.
  func callAsFunction(bytes: [UInt8]) -> FilePath { FilePath(bytes: path.bytes + [UInt8(ascii: "/")] + bytes) }

  @discardableResult
  func add(_ relative: String, _ content: [UInt8] = jpegStart) throws -> FilePath {
    try add(self(relative), content)
  }

  @discardableResult
  func add(_ path: FilePath, _ content: [UInt8] = jpegStart) throws -> FilePath {
    try OutputFile.makeFolders(path.removingLastComponent())
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(content) }
    return path
  }

  func addFolder(_ relative: String) throws { try OutputFile.makeFolders(self(relative)) }

  func link(_ relative: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: self(relative).string, withDestinationPath: target)
  }

  func hardLink(_ relative: String, to target: FilePath) throws {
    try FileManager.default.linkItem(atPath: target.string, toPath: self(relative).string)
  }

  func addPipe(_ relative: String) throws {
    guard unsafe mkfifo(self(relative).string, 0o600) == 0 else { throw Errno(rawValue: errno) }
  }

  func addSocket(_ relative: String) throws {
    guard unsafe mknod(self(relative).string, S_IFSOCK | 0o600, 0) == 0 else { throw Errno(rawValue: errno) }
  }

  func setMode(_ relative: String, _ mode: mode_t) throws {
    guard unsafe chmod(self(relative).string, mode) == 0 else { throw Errno(rawValue: errno) }
  }

  /// What is in a folder, hidden names too, sorted.
  func names(in relative: String = ".") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: self(relative).string).sorted()
  }

  func content(_ relative: String) throws -> [UInt8] { try content(self(relative)) }

  func content(_ path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter {
      var bytes = [UInt8](repeating: 0, count: 1 << 20)
      let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
      return Array(bytes.prefix(count))
    }
  }
}

/// Enough to be taken for a JPEG or a PNG by a walk.
let jpegStart: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10, 0x4A, 0x46, 0x49, 0x46]
let pngStart: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D]

/// The superuser may read and write everything, so there is nothing to be tested about permissions.
let isSuperuser = geteuid() == 0
