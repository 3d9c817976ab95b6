internal import Glibc
package import SystemPackage
package import SystemSupport

extension JobError {
  /// The error of a failed call on a source, with advice for the user.
  package static func read(_ error: Errno) -> JobError {
    switch error.rawValue {
    // open(2) fails with these for a socket, and for a device file without a device.
    case ENXIO, ENODEV:
      JobError(stage: .read, code: .notARegularFile, message: "a socket or device, not a regular file; skipped unread")
    default: JobError(stage: .read, code: .read, message: error.message + advice(on: error))
    }
  }

  package static func notRegular(_ kind: FileKind) -> JobError {
    let advice = kind == .folder ? "give folders as INPUT" : "only regular files are read"
    return JobError(
      stage: .read, code: .notARegularFile, message: "\(kind.description), not a regular file; \(advice)")
  }

  package static func tooManyBytes(_ count: Int, limit: Int) -> JobError {
    JobError(
      stage: .read, code: .limitBytes,
      message: "the file has \(count) bytes and the limit is \(limit); raise --max-file-bytes to read it")
  }

  package static let changedWhileReading = JobError(
    stage: .read, code: .changedWhileReading,
    message: "the file changed while it was read; run again when nothing writes to it")

  private static func advice(on error: Errno) -> String {
    switch error.rawValue {
    case EACCES, EPERM: "; make the file and its folders readable for this user"
    case EMFILE: "; raise `ulimit -n` or lower --jobs"
    case ENAMETOOLONG: "; start the run from a folder nearer to the file"
    case EIO, ESTALE: "; check the disk or the network"
    case ELOOP: "; mend the link"
    default: ""
    }
  }
}
