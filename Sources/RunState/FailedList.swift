internal import Synchronization
package import SystemPackage
package import SystemSupport

/// The sources that failed, for a file that `--files-from` or `fetch` reads (`--failed-to`): with the same outputs as in
/// this run, to which end entries have a `/./` before what is mirrored where that is not all of them.
///
/// Opened before any work, so that a place that cannot be written is known early; written at the end, so that it may be
/// the list that the run itself read.
package final class FailedList: Sendable {
  private let file: Descriptor
  private let separator: UInt8
  private let entries = Mutex<[(position: Int, text: [UInt8])]>([])

  /// - Parameter isPrivate: whether the user alone may read the file, as one whose entries may have passwords in them.
  package init(_ checked: CheckedPath, separator: Delimiter, isPrivate: Bool = false) throws(OwnFileError) {
    file = try FailedList.open(checked.path)
    do throws(Errno) {
      if isPrivate, try FileStatus(of: file).kind == .regular { try file.keepPrivate() }
    } catch {
      throw .system(error)
    }
    self.separator = separator.byte
  }

  /// A file, or what the system has a name for: a device, and a pipe or file that is open already (`/dev/stderr`,
  /// `>(command)` of a shell).
  private static func open(_ path: FilePath) throws(OwnFileError) -> Descriptor {
    do throws(OwnFileError) { return try Descriptor(openingOwn: path, for: .listed) } catch {
      guard case .isNoRegularFile = error, path.isNameOfSystem else { throw error }
      do throws(Errno) { return try Descriptor(opening: path, .device) } catch { throw .system(error) }
    }
  }

  /// - Parameter position: of the entry in the list that the run reads; entries with one position are sorted by their text.
  package func add(_ entry: [UInt8], position: Int = 0) { entries.withLock { $0.append((position, entry)) } }

  /// Writes the list, sorted so that it does not depend on the workers.
  /// - Returns: how many names were left out because the separator is in them.
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
  /// Whether the system itself puts names into its folder, and links among them are its own.
  fileprivate var isNameOfSystem: Bool {
    let folder = removingLastComponent()
    return folder == "/dev" || folder == "/dev/fd" || folder.starts(with: "/proc") && folder.lastComponent == "fd"
  }
}
