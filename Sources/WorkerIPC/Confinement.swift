internal import CPlatform
internal import Glibc
package import SystemPackage
internal import SystemSupport

/// The confinement of a worker process, as the worker reports it before its first job.
package struct Confinement: Hashable, Sendable {
  /// Why the system call filter (seccomp) is not active; nil if it is.
  package var filterError: Errno?
  /// The kernel's version of the Landlock ABI; 0 if it has none.
  package var landlockVersion: Int
  /// Why Landlock is not active; nil if it is.
  package var landlockError: Errno?
  /// All capabilities are dropped and cannot be regained.
  package var hasNoPrivileges: Bool

  package init(filterError: Errno?, landlockVersion: Int, landlockError: Errno?, hasNoPrivileges: Bool) {
    self.filterError = filterError
    self.landlockVersion = landlockVersion
    self.landlockError = landlockError
    self.hasNoPrivileges = hasNoPrivileges
  }

  /// The missing restrictions, one phrase each; empty if the confinement is complete.
  package var gaps: [String] {
    var gaps: [String] = []
    if let filterError { gaps.append("no filter of system calls (seccomp: \(filterError.message))") }
    if let landlockError {
      let reason =
        switch landlockError.rawValue {
        case ENOSYS: "this kernel has none, or hides it"
        case E2BIG: "16 layers of it are in force already"
        default: landlockError.message
        }
      gaps.append("no Landlock (\(reason))")
    }
    if !hasNoPrivileges { gaps.append("capabilities are not dropped") }
    return gaps
  }

  /// One line for users.
  package var summary: String {
    if gaps.isEmpty {
      return "worker processes: a filter of system calls, Landlock \(landlockVersion), no capabilities, resource limits"
    }
    return "worker processes are confined by less than usual: " + gaps.joined(separator: "; ")
  }
}

/// What a run does if a worker process cannot be confined completely.
package enum SandboxRule: Sendable {
  /// Continue, and report it.
  case wanted
  /// Refuse to start.
  case required

  /// Why a run with this confinement must not start; nil if it may.
  package func refusal(of confinement: Confinement) -> ExecutorError? {
    self == .required && !confinement.gaps.isEmpty ? .notConfined(confinement.gaps) : nil
  }
}

extension Confinement {
  /// Address space of a worker's program, libraries and main thread, in bytes: several times what they use.
  private static let programByteCount = 512 << 20
  /// Address space of a further thread, in bytes: its stack of usually 8 MiB, and an arena of the allocator, for which glibc maps
  /// twice 64 MiB to align it (`HEAP_MAX_SIZE` in arena.c).
  private static let threadByteCount = 160 << 20
  /// Address space of a worker that downloads, in bytes. It holds one piece of a file at a time, so most of it is for libraries.
  private static let downloadByteCount: UInt64 = 1 << 30
  /// A worker needs its standard streams, its socket and one file; libraries may open a few more.
  private static let imageDescriptors: UInt32 = 32
  /// In addition, the sockets of a request and the files of the name resolver and of certificates.
  private static let downloadDescriptors: UInt32 = 64

  /// Closes all inherited descriptors except the standard streams.
  package static func closeInheritedDescriptors() { system_close_descriptors_from(3) }

  /// Confines a worker that downloads. It keeps the network and the files that it is sent.
  /// - Parameter fileByteCount: maximum size of a file.
  /// - Returns: nil if the parent has exited.
  package static func enterDownloads(parent: Int, fileByteCount: Int) -> Confinement? {
    enter(
      SYSTEM_WORKER_DOWNLOADS, parent: parent,
      limits: system_limits(
        address_bytes: Confinement.downloadByteCount, file_bytes: UInt64(fileByteCount),
        descriptors: Confinement.downloadDescriptors, may_start_threads: true))
  }

  /// Confines a worker that processes images.
  /// - Parameters:
  ///   - imageByteCount: maximum memory for one image.
  ///   - threads: number of threads that share the work on one image.
  /// - Returns: nil if the parent has exited.
  package static func enterImages(parent: Int, imageByteCount: Int, threads: Int) -> Confinement? {
    let others = Confinement.programByteCount + Confinement.threadByteCount * threads
    let (maximum, overflow) = imageByteCount.addingReportingOverflow(others)
    closeInheritedDescriptors()
    return enter(
      SYSTEM_WORKER_IMAGES, parent: parent,
      limits: system_limits(
        address_bytes: overflow ? 0 : UInt64(maximum), file_bytes: 0, descriptors: Confinement.imageDescriptors,
        may_start_threads: threads > 1))
  }

  /// Drops all rights that a worker of this kind does not need. Call it once, before other threads start and before reading any
  /// untrusted data.
  /// - Parameters:
  ///   - parent: process ID of the parent.
  ///   - limits: see `system_limit_resources`.
  /// - Returns: nil if the parent has exited.
  private static func enter(
    _ kind: system_worker_kind, parent: Int, limits: system_limits
  ) -> Confinement? {
    guard system_end_with_parent(pid_t(clamping: parent)) else { return nil }
    let hasNoPrivileges = system_drop_privileges()
    system_limit_resources(limits)
    let version = system_landlock_version()
    let landlock = system_landlock_restrict(kind)
    // Last, because the filter blocks the calls that set up the other restrictions.
    let filter = system_filter_system_calls(kind, limits.may_start_threads)
    return Confinement(
      filterError: filter == 0 ? nil : Errno(rawValue: filter), landlockVersion: Int(version),
      landlockError: landlock == 0 ? nil : Errno(rawValue: landlock), hasNoPrivileges: hasNoPrivileges)
  }
}

extension Confinement {
  package func write(to wire: inout WireWriter) {
    wire.write(Int(filterError?.rawValue ?? 0))
    wire.write(landlockVersion)
    wire.write(Int(landlockError?.rawValue ?? 0))
    wire.write(hasNoPrivileges ? 1 : 0)
  }

  package init(from wire: inout WireReader) throws(WireError) {
    func error(_ number: Int) -> Errno? { number == 0 ? nil : Errno(rawValue: CInt(truncatingIfNeeded: number)) }
    filterError = error(try wire.integer())
    landlockVersion = try wire.integer()
    landlockError = error(try wire.integer())
    hasNoPrivileges = try wire.integer() == 1
  }
}
