internal import CPlatform
internal import ImageCore
package import ImageErrors
package import SystemPackage
package import SystemSupport
package import Thumbnailing

/// The storage that readers read sources from. Tests replace it.
package protocol SourceStorage: Sendable {
  /// Nanoseconds of a clock that is never set.
  var now: UInt64 { get }
  /// Whether a source is in a file system that another machine or program serves. Its calls may never return.
  func isRemote(_ path: FilePath) -> Bool
  /// Opens a source of any kind.
  func open(_ path: FilePath) throws(JobError) -> Descriptor
  /// Reads a source into memory.
  func load(_ source: inout OpenSource, byteLimit: Int, within timeout: Duration?) throws(JobError)
  /// Reads a source into the page cache of the system only.
  func warm(_ source: borrowing Descriptor, within timeout: Duration?) throws(JobError)
}

/// The file system.
struct FileStorage: SourceStorage {
  var now: UInt64 { system_monotonic_nanoseconds() }

  func isRemote(_ path: FilePath) -> Bool { FileStorage.remote.contains(path.fileSystemType) }

  /// Numbers of statfs(2): NFS, SMB (two versions), CIFS, 9P, Ceph, AFS, Coda, GFS2, Lustre, FUSE.
  private static let remote: Set<Int64> = [
    0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x0102_1997, 0x00C3_6400, 0x5346_414F, 0x7375_7245, 0x0116_1970,
    0x0BD0_0BD0, 0x6573_5546,
  ]

  func open(_ path: FilePath) throws(JobError) -> Descriptor { try SourceFile.open(path) }

  func load(_ source: inout OpenSource, byteLimit: Int, within timeout: Duration?) throws(JobError) {
    try source.load(byteLimit: byteLimit, within: Deadline(after: timeout).limit)
  }

  func warm(_ source: borrowing Descriptor, within timeout: Duration?) throws(JobError) {
    let limit = Deadline(after: timeout).limit
    var piece = [UInt8](repeating: 0, count: 256 << 10)
    do throws(Errno) {
      while !limit.hasPassed { if try source.read(into: &piece) == 0 { break } }
      try source.rewind()
    } catch {
      throw .read(error)
    }
    if limit.hasPassed, let timeout { throw .readTimeout(timeout) }
  }
}
