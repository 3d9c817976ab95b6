internal import CPlatform
internal import Glibc
package import SystemPackage
internal import SystemSupport

/// Removes temporary files that killed runs left behind. Call only while holding the folder lock: without it the files may belong
/// to a run in another container, whose processes are not visible here.
package enum StaleTemporaries {
  /// No output takes longer than this to be written, in nanoseconds.
  private static let longestWrite = Int64(3600) * 1_000_000_000

  /// Current time in nanoseconds since 1970, comparable with file times.
  package static var now: Int64 { Int64(system_wall_clock_nanoseconds()) }

  /// Removes from one folder the files that processes that have exited left before `start`, the start of this run.
  /// - Returns: whether files were kept because their process still exists. A worker lives on for a moment after its parent is
  ///   killed.
  package static func sweep(_ folder: PlacedFolder, before start: Int64) -> Bool {
    var someAreKept = false
    remove(from: folder) { process, _, modified in
      guard modified < start else { return false }
      // The process ID may have been reused, even by this process.
      let isStale = process == getpid() || !isAlive(process) || modified < start - longestWrite
      if !isStale { someAreKept = true }
      return isStale
    }
    return someAreKept
  }

  /// The same for a folder given by its path, which may contain symbolic links.
  package static func sweep(_ folder: FilePath, before start: Int64) -> Bool {
    sweep(PlacedFolder(base: BaseFolder(folder), relative: ""), before: start)
  }

  /// Removes from one folder the temporary files of this run, which is about to exit, and no others.
  package static func dropOwn(_ folder: PlacedFolder) { remove(from: folder) { _, run, _ in run == RunNumber.current } }

  /// Removes all temporary files in a folder and its subfolders. Call only if no process is writing there.
  package static func sweepAll(below folder: FilePath) {
    remove(from: PlacedFolder(base: BaseFolder(folder), relative: "")) { _, _, _ in true }
    guard let opened = try? OpenFolder.open(folder.bytes, links: .stay) else { return }
    let listing = FolderListing(of: opened)
    for entry in listing.entries where entry.kind == .folder {
      sweepAll(below: folder.pushing(FilePath(bytes: listing.name(of: entry))))
    }
  }

  /// - Parameter isStale: gets the process, run and modification time of a file.
  private static func remove(from folder: PlacedFolder, where isStale: (pid_t, Int, Int64) -> Bool) {
    guard let held = try? folder.held(.fails), let opened = try? OpenFolder.open(held) else { return }
    let listing = FolderListing(of: opened, .hidden)
    for entry in listing.entries {
      let name = FilePath(bytes: listing.name(of: entry))
      guard let owner = TemporaryFile.owner(name.string), let status = try? held.status(of: name),
        status.kind == .regular, isStale(owner.process, owner.run, status.modified)
      else { continue }
      try? held.remove(name)
    }
  }
}
