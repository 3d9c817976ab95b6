internal import Glibc
package import SystemPackage
internal import SystemSupport

/// Removes the temporary files that killed runs left. For who holds the folder's lock only: without it, they may be those
/// of a run in another container, whose processes cannot be seen from here.
package enum StaleTemporaries {
  /// No output takes that long to be written.
  private static let longestWrite = Int64(3600) * 1_000_000_000

  /// Nanoseconds since 1970, as files are stamped.
  package static var now: Int64 {
    var time = timespec()
    // SAFETY: fills one timespec, which lives during the call.
    _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Removes from one folder what a process that is gone left before `start`, when this run began.
  /// - Returns: whether some were kept because their process is there still, as a worker is for a moment after its
  ///   parent was killed.
  package static func sweep(_ folder: PlacedFolder, before start: Int64) -> Bool {
    var someAreKept = false
    remove(from: folder) { process, _, modified in
      guard modified < start else { return false }
      // A process of that number may be another one by now, or ourselves.
      let isStale = process == getpid() || !isAlive(process) || modified < start - longestWrite
      if !isStale { someAreKept = true }
      return isStale
    }
    return someAreKept
  }

  /// The same for a folder by its path, which may lead over links.
  package static func sweep(_ folder: FilePath, before start: Int64) -> Bool {
    sweep(PlacedFolder(base: BaseFolder(folder), relative: ""), before: start)
  }

  /// Removes from one folder what this run, which ends now, is writing there, and nothing else.
  package static func dropOwn(_ folder: PlacedFolder) { remove(from: folder) { _, run, _ in run == RunNumber.current } }

  /// Removes all temporaries from a folder and those below it. For who knows that nobody is at work there.
  package static func sweepAll(below folder: FilePath) {
    remove(from: PlacedFolder(base: BaseFolder(folder), relative: "")) { _, _, _ in true }
    guard let opened = try? OpenFolder.open(folder.bytes, links: .stay) else { return }
    let listing = FolderListing(of: opened)
    for entry in listing.entries where entry.kind == .folder {
      sweepAll(below: folder.pushing(FilePath(bytes: listing.name(of: entry))))
    }
  }

  /// - Parameter isStale: of a file's process, run and time.
  private static func remove(from folder: PlacedFolder, where isStale: (pid_t, Int, Int64) -> Bool) {
    guard let opened = try? OpenFolder.open(folder.held(.fails)) else { return }
    _ = unsafe opened.forEachEntry { name, _ in
      // SAFETY: the name is zero-terminated.
      guard unsafe name[0] == CChar(bitPattern: UInt8(ascii: ".")),
        let owner = unsafe TemporaryFile.owner(String(cString: name)),
        let status = try? unsafe FileStatus(of: name, in: opened, links: .stay), status.kind == .regular,
        isStale(owner.process, owner.run, status.modified)
      else { return }
      _ = unsafe unlinkat(opened.number, name, 0)
    }
  }
}
