internal import Glibc
internal import Synchronization
package import SystemPackage
package import SystemSupport

/// A file that is being written, under a hidden name that nobody else uses and that tells whose it is:
/// `.imgbatch-PROCESS-NUMBER.tmp`, where the upper half of the number is that of the run.
package struct TemporaryFile: ~Copyable {
  let file: Descriptor
  package let folder: HeldFolder
  package let name: FilePath

  private static let counter = Atomic<UInt32>(0)
  private static let reservation = CreationGate()

  package enum Purpose {
    /// None is made any more once the run drops the images in hand.
    case image
    case other
  }

  var path: FilePath { folder.path.pushing(name) }

  /// The same for a folder by its path, which may lead over links.
  package init(
    in folder: FilePath, permissions: Permissions = .ordinary, nextNumber: () -> Int = TemporaryFile.uniqueNumber
  ) throws(Errno) {
    try self.init(
      in: PlacedFolder(base: BaseFolder(folder), relative: ""), permissions: permissions, nextNumber: nextNumber)
  }

  /// Creates the file, and the folder where that is missing.
  /// - Parameter nextNumber: gives numbers that no other file of this process gets.
  package init(
    in destination: PlacedFolder, durability: Durability = .ordinary, permissions: Permissions,
    for purpose: Purpose = .other,
    nextNumber: () -> Int = TemporaryFile.uniqueNumber
  ) throws(Errno) {
    if purpose == .image { try TemporaryFile.reservation.enter() }
    defer { if purpose == .image { TemporaryFile.reservation.leave() } }
    let folder = try destination.held(.isMade(durability))
    while true {
      let name = FilePath(".imgbatch-\(getpid())-\(nextNumber()).tmp")
      do throws(Errno) {
        let file = try Descriptor(opening: name, in: folder, .created, mode: permissions.creationMode)
        do throws(Errno) { try permissions.settleGroup(of: file) } catch {
          try? folder.remove(name)
          throw error
        }
        (self.folder, self.name) = (folder, name)
        self.file = file
        return
      } catch {
        // The name was taken on purpose.
        if error != .fileExists { throw error }
      }
    }
  }

  /// Numbers that no other file of this process gets; the upper half is that of the run.
  private static func uniqueNumber() -> Int {
    RunNumber.current << 32 | Int(counter.wrappingAdd(1, ordering: .relaxed).oldValue)
  }

  consuming func close() throws(Errno) { try file.close() }

  /// Gives the open file up to a new owner.
  consuming func release() -> Descriptor { file }

  /// From now on no file for an image is made by this process, and none is just being made: what lies in a folder is all.
  package static func makeNoMoreForImages() { reservation.close() }

  /// The process and the run of a temporary's name; nil for other names.
  static func owner(_ name: String) -> (process: pid_t, run: Int)? {
    guard name.hasPrefix(".imgbatch-"), name.hasSuffix(".tmp") else { return nil }
    let numbers = name.dropFirst(10).dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let number = Int(numbers[1]), let process = pid_t(numbers[0]), process > 0 else {
      return nil
    }
    return (process, number >> 32)
  }
}

/// Lets threads create files until it is closed. A thread that is inside has a file that who closes will see.
private final class CreationGate: Sendable {
  private let inside = Atomic<Int>(0)
  private let isClosed = Atomic<Bool>(false)
  /// Creating a file takes longer only where the file system hangs.
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
