internal import CPlatform
internal import Glibc
package import SystemPackage
internal import SystemSupport

/// What confines a worker process, as the worker reports it before its first job.
package struct Confinement: Hashable, Sendable {
  /// Why the filter of system calls (seccomp) is not in force; nil where it is.
  package var filterError: Errno?
  /// The version of Landlock's interface that the kernel has; 0 for none.
  package var landlockVersion: Int
  /// Why Landlock is not in force; nil where it is.
  package var landlockError: Errno?
  /// All capabilities are dropped and cannot come back.
  package var hasNoPrivileges: Bool

  package init(filterError: Errno?, landlockVersion: Int, landlockError: Errno?, hasNoPrivileges: Bool) {
    self.filterError = filterError
    self.landlockVersion = landlockVersion
    self.landlockError = landlockError
    self.hasNoPrivileges = hasNoPrivileges
  }

  /// What is missing, a phrase each; empty where everything is in force.
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

  /// One line for people.
  package var summary: String {
    if gaps.isEmpty {
      return "worker processes: a filter of system calls, Landlock \(landlockVersion), no capabilities, resource limits"
    }
    return "worker processes are confined by less than usual: " + gaps.joined(separator: "; ")
  }
}

/// What a run does where a worker process cannot be confined in full.
package enum SandboxRule: Sendable {
  /// Goes on, and says so.
  case wanted
  /// Does not begin.
  case required

  /// Why a run does not begin with this confinement; nil where it does.
  package func refusal(of confinement: Confinement) -> ExecutorError? {
    self == .required && !confinement.gaps.isEmpty ? .notConfined(confinement.gaps) : nil
  }
}

extension Confinement {
  /// Closes what a process was started with, but the standard streams.
  package static func closeInheritedDescriptors() { system_close_descriptors_from(3) }

  /// For a worker that downloads: the network and the files that it is sent stay.
  /// - Parameter fileByteCount: that a file may grow to.
  /// - Returns: nil where the parent has ended.
  package static func enterDownloads(parent: Int, fileByteCount: Int) -> Confinement? {
    enter(
      SYSTEM_WORKER_DOWNLOADS, parent: parent,
      limits: system_limits(
        address_bytes: 1 << 30, file_bytes: UInt64(fileByteCount), descriptors: 64, may_start_threads: true))
  }

  /// For a worker that makes images.
  /// - Parameters:
  ///   - imageByteCount: the most memory of one image.
  ///   - threads: that share the work on one image.
  /// - Returns: nil where the parent has ended.
  package static func enterImages(parent: Int, imageByteCount: Int, threads: Int) -> Confinement? {
    // Next to the images there are the program itself, libraries and stacks, and an arena of the allocator a thread.
    let others = (512 + 160 * threads) << 20
    let (maximum, overflow) = imageByteCount.addingReportingOverflow(others)
    closeInheritedDescriptors()
    return enter(
      SYSTEM_WORKER_IMAGES, parent: parent,
      limits: system_limits(
        address_bytes: overflow ? 0 : UInt64(maximum), file_bytes: 0, descriptors: 32,
        may_start_threads: threads > 1))
  }

  /// Takes from this process all that a worker of this kind does not need. Call once, before other threads start and before
  /// anything that was not made by this program is read.
  /// - Parameters:
  ///   - parent: the process that it works for.
  ///   - limits: see `system_limit_resources`.
  /// - Returns: nil where the parent has ended.
  private static func enter(
    _ kind: system_worker_kind, parent: Int, limits: system_limits
  ) -> Confinement? {
    guard system_end_with_parent(pid_t(clamping: parent)) else { return nil }
    let hasNoPrivileges = system_drop_privileges()
    system_limit_resources(limits)
    let version = system_landlock_version()
    let landlock = system_landlock_restrict(kind)
    // Last, since it refuses the calls that set up the others.
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
