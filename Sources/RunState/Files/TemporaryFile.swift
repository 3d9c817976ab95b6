internal import Glibc
internal import Synchronization
package import SystemPackage
package import SystemSupport

/// A file that is being written, under a unique hidden name that identifies its owner: `.imgbatch-PROCESS-NUMBER.tmp`. The upper
/// half of the number is the run's number (`RunNumber`).
///
/// `commit` gives the complete file its final name. A file that is not committed is removed in `deinit`.
package final class TemporaryFile {
  private let folder: HeldFolder
  private let name: FilePath
  private let durability: Durability
  private var file: Descriptor?
  private var isCommitted = false

  private static let prefix = ".imgbatch-"
  private static let suffix = ".tmp"
  private static let counter = Atomic<UInt32>(0)
  private static let gate = CreationGate()

  package enum Purpose {
    /// Creation fails once the run abandons the images in flight.
    case image
    case other
  }

  var path: FilePath { folder.path.pushing(name) }

  /// A file in a folder given by its path, which may contain symbolic links.
  package convenience init(
    in folder: FilePath, durability: Durability = .ordinary, permissions: Permissions = .ordinary,
    nextNumber: () -> Int = TemporaryFile.uniqueNumber
  ) throws(Errno) {
    try self.init(
      in: PlacedFolder(base: BaseFolder(folder), relative: ""), durability: durability, permissions: permissions,
      nextNumber: nextNumber)
  }

  /// Creates the file, and the folder if it is missing.
  /// - Parameter nextNumber: returns numbers that no other file of this process gets.
  package init(
    in destination: PlacedFolder, durability: Durability = .ordinary, permissions: Permissions,
    for purpose: Purpose = .other, nextNumber: () -> Int = TemporaryFile.uniqueNumber
  ) throws(Errno) {
    if purpose == .image { try TemporaryFile.gate.enter() }
    defer { if purpose == .image { TemporaryFile.gate.leave() } }
    self.durability = durability
    folder = try destination.held(.isMade(durability))
    while true {
      let name = FilePath("\(TemporaryFile.prefix)\(getpid())-\(nextNumber())\(TemporaryFile.suffix)")
      do throws(Errno) {
        let file = try Descriptor(opening: name, in: folder, .created, mode: permissions.creationMode)
        do throws(Errno) { try permissions.settleGroup(of: file) } catch {
          try? folder.remove(name)
          throw error
        }
        self.name = name
        self.file = consume file
        return
      } catch {
        // Names are unique, so an existing one was created on purpose. Try the next number.
        if error != .fileExists { throw error }
      }
    }
  }

  deinit { if !isCommitted { try? folder.remove(name) } }

  /// A number that no other file of this process gets. Its upper half is the run's number.
  private static func uniqueNumber() -> Int {
    RunNumber.current << 32 | Int(counter.wrappingAdd(1, ordering: .relaxed).oldValue)
  }

  package func write(_ bytes: RawSpan) throws(Errno) { try file?.write(bytes) }

  package func write(_ bytes: [UInt8]) throws(Errno) { try file?.write(bytes) }

  /// Closes the file, after its data reached the disk if outputs must be durable. Network file systems and quotas may report a
  /// failed write only here.
  package func close() throws(Errno) {
    guard let file = file.take() else { return }
    if durability == .durable { try file.synchronizeData() }
    try file.close()
  }

  /// Renames the file to its final name in the same folder.
  package func commit(as final: FilePath, existing: ExistingOutput = .overwrite) throws(Errno) {
    try close()
    try folder.move(name, to: final, in: folder, existing, durability)
    isCommitted = true
  }

  /// After this call the process creates no more image files, and no creation is in progress: a listing of a folder is complete.
  package static func makeNoMoreForImages() { gate.close() }

  /// The process and run in the name of a temporary file; nil for other names.
  static func owner(_ name: String) -> (process: pid_t, run: Int)? {
    guard name.hasPrefix(prefix), name.hasSuffix(suffix) else { return nil }
    let numbers = name.dropFirst(prefix.count).dropLast(suffix.count).split(
      separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let number = Int(numbers[1]), let process = pid_t(numbers[0]), process > 0 else {
      return nil
    }
    return (process, number >> 32)
  }
}

/// Lets threads create files until it is closed. After `close()` returns, every file that a thread was creating exists and can be
/// listed.
private final class CreationGate: Sendable {
  private let inside = Atomic<Int>(0)
  private let isClosed = Atomic<Bool>(false)
  /// Limits the wait in `close()`. Creating a file only takes longer if the file system hangs.
  private static let maxMilliseconds = 200

  func enter() throws(Errno) {
    inside.wrappingAdd(1, ordering: .sequentiallyConsistent)
    if isClosed.load(ordering: .sequentiallyConsistent) {
      leave()
      throw Errno(rawValue: ECANCELED)
    }
  }

  func leave() { inside.wrappingSubtract(1, ordering: .sequentiallyConsistent) }

  func close() {
    isClosed.store(true, ordering: .sequentiallyConsistent)
    for _ in 0..<CreationGate.maxMilliseconds where inside.load(ordering: .sequentiallyConsistent) > 0 { usleep(1000) }
  }
}
