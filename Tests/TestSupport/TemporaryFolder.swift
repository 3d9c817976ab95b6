package import Foundation
internal import RunState
package import SystemPackage
internal import SystemSupport

/// A temporary folder that `deinit` removes, with functions that add and read files. Names are bytes.
package final class TemporaryFolder: Sendable {
  package let path: FilePath

  package init() throws {
    let name = "imgbatch-tests-\(UUID().uuidString)"
    let folder = FileManager.default.temporaryDirectory.appending(path: name)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = FilePath(folder.path)
  }

  deinit {
    if (try? FileManager.default.removeItem(atPath: path.string)) != nil { return }
    // FileManager fails on names that are not UTF-8 and on paths longer than PATH_MAX.
    let remove = Process()
    remove.executableURL = URL(filePath: "/bin/rm")
    remove.arguments = ["-rf", path.string]
    try? remove.run()
    remove.waitUntilExit()
  }

  package func callAsFunction(_ relative: String) -> FilePath { path.appending(relative) }

  /// A path below the folder, with any bytes.
  package func callAsFunction(bytes: [UInt8]) -> FilePath { FilePath(bytes: path.bytes + [UInt8(ascii: "/")] + bytes) }

  @discardableResult
  package func add(_ relative: String, _ content: [UInt8] = jpegStart) throws -> FilePath {
    try add(self(relative), content)
  }

  @discardableResult
  package func add(_ path: FilePath, _ content: [UInt8] = jpegStart) throws -> FilePath {
    try OutputFile.makeFolders(path.removingLastComponent())
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(content) }
    return path
  }

  package func addFolder(_ relative: String) throws { try OutputFile.makeFolders(self(relative)) }

  package func link(_ relative: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: self(relative).string, withDestinationPath: target)
  }

  package func hardLink(_ relative: String, to target: FilePath) throws {
    try FileManager.default.linkItem(atPath: target.string, toPath: self(relative).string)
  }

  package func addPipe(_ relative: String) throws {
    guard unsafe mkfifo(self(relative).string, 0o600) == 0 else { throw Errno(rawValue: errno) }
  }

  package func addSocket(_ relative: String) throws {
    guard unsafe mknod(self(relative).string, S_IFSOCK | 0o600, 0) == 0 else { throw Errno(rawValue: errno) }
  }

  package func setMode(_ relative: String, _ mode: mode_t) throws {
    guard unsafe chmod(self(relative).string, mode) == 0 else { throw Errno(rawValue: errno) }
  }

  /// The sorted names in a folder, including hidden ones.
  package func names(in relative: String = ".") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: self(relative).string).sorted()
  }

  package func content(_ relative: String) throws -> [UInt8] { try content(self(relative)) }

  package func content(_ path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    return try file.closeAfter {
      var bytes = [UInt8](repeating: 0, count: 1 << 20)
      let count = try unsafe bytes.withUnsafeMutableBytes { try unsafe file.read(into: $0) }
      return Array(bytes.prefix(count))
    }
  }
}

/// Enough bytes for a walk to recognize a JPEG or a PNG.
package let jpegStart: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 0x10, 0x4A, 0x46, 0x49, 0x46]
package let pngStart: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 0x0D]

/// The superuser may read and write every file, so tests of permissions do not apply.
package let isSuperuser = geteuid() == 0
