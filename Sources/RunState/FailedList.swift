internal import Synchronization
package import SystemPackage
package import SystemSupport

/// The list of the sources that failed (`--failed-to`), in the format that `--files-from` and `fetch` read. An entry contains
/// `/./` before the mirrored part of its path unless the whole path is mirrored, so that a later run makes the same outputs.
///
/// The file is opened before any work, so that an unusable path is reported early. It is written at the end, because it may be
/// the list that the run itself reads.
package final class FailedList: Sendable {
  private let file: Descriptor
  private let separator: UInt8
  private let entries = Mutex<[(position: Int, text: [UInt8])]>([])

  /// - Parameter isPrivate: restricts the file to its owner, because the entries may contain passwords.
  package init(_ checked: CheckedPath, separator: Delimiter, isPrivate: Bool = false) throws(OwnFileError) {
    file = try FailedList.open(checked.path)
    do throws(Errno) {
      if isPrivate, try FileStatus(of: file).kind == .regular { try file.keepPrivate() }
    } catch {
      throw .system(error)
    }
    self.separator = separator.byte
  }

  /// Opens a regular file, or a name that the system provides: a device, or a pipe or file that is already open (`/dev/stderr`,
  /// `>(command)` of a shell).
  private static func open(_ path: FilePath) throws(OwnFileError) -> Descriptor {
    do throws(OwnFileError) { return try Descriptor(openingOwn: path, for: .listed) } catch {
      guard case .isNoRegularFile = error, path.isNameOfSystem else { throw error }
      do throws(Errno) { return try Descriptor(opening: path, .device) } catch { throw .system(error) }
    }
  }

  /// - Parameter position: position of the entry in the list that the run reads. Entries with the same position are sorted by
  ///   text.
  package func add(_ entry: [UInt8], position: Int = 0) { entries.withLock { $0.append((position, entry)) } }

  /// Writes the list, sorted so that the order does not depend on the workers.
  /// - Returns: the number of entries left out because they contain the separator.
  package func write() throws(Errno) -> Int {
    let all = entries.withLock { $0 }.sorted { one, other in
      one.position == other.position
        ? one.text.lexicographicallyPrecedes(other.text) : one.position < other.position
    }
    let fitting = all.map(\.text).filter { !$0.contains(separator) }
    var text: [UInt8] = []
    for name in fitting {
      text += name
      text.append(separator)
    }
    try file.empty()
    try file.write(text)
    return all.count - fitting.count
  }
}

extension FilePath {
  /// Whether the kernel fills the folder of this path, so that symbolic links in it are the kernel's.
  fileprivate var isNameOfSystem: Bool {
    let folder = removingLastComponent()
    return folder == "/dev" || folder == "/dev/fd" || folder.starts(with: "/proc") && folder.lastComponent == "fd"
  }
}
