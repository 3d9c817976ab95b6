internal import Synchronization
internal import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A file that is being written, under a hidden name that nobody else uses and that tells whose it is.
struct TemporaryFile: ~Copyable {
  let file: Descriptor
  let path: FilePath

  private static let counter = Atomic<Int>(0)

  /// Creates the file, and the folder where that is missing.
  /// - Parameter nextNumber: gives numbers that no other file of this process gets.
  init(
    in folder: FilePath, durability: Durability = .ordinary,
    nextNumber: () -> Int = { TemporaryFile.counter.wrappingAdd(1, ordering: .relaxed).oldValue }
  ) throws(Errno) {
    var foldersWereMade = false
    while true {
      let number = nextNumber()
      let path = folder.appending(".imgbatch-\(getpid())-\(number).tmp")
      do throws(Errno) {
        file = try Descriptor(opening: path, .created)
        self.path = path
        return
      } catch {
        switch error.rawValue {
        // Left by a dead process that had our number.
        case EEXIST: continue
        // Made only when it turns out to be missing: that costs nothing where it is there.
        case ENOENT where !foldersWereMade:
          try OutputFile.makeFolders(folder, durability: durability)
          foldersWereMade = true
        default: throw error
        }
      }
    }
  }

  consuming func close() throws(Errno) { try file.close() }
}
