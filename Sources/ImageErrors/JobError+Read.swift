internal import Glibc
package import SystemPackage
package import SystemSupport

extension JobError {
  /// The error of a failed call on a source.
  /// - Parameter isLink: whether the name of the source is a symbolic link.
  package static func read(_ error: Errno, isLink: Bool = false) -> JobError {
    switch error.rawValue {
    case ENOENT where isLink:
      JobError(stage: .read, code: .read, message: "the symbolic link leads nowhere", hint: .mendLink)
    // open(2) fails with these for a socket, and for a device file without a device.
    case ENXIO, ENODEV:
      JobError(stage: .read, code: .notARegularFile, message: "a socket or device, not a regular file; skipped unread")
    default: JobError(stage: .read, code: .read, message: error.message, hint: hint(for: error))
    }
  }

  package static func notRegular(_ kind: FileKind) -> JobError {
    let message = "\(kind.description), not a regular file"
    return kind == .folder
      ? JobError(stage: .read, code: .notARegularFile, message: message, hint: .giveFoldersAsInputs)
      : JobError(stage: .read, code: .notARegularFile, message: message + "; only regular files are read")
  }

  package static func tooManyBytes(_ count: Int, limit: Int) -> JobError {
    JobError(
      stage: .read, code: .limitBytes,
      message: "the file has \(count) bytes and the limit is \(limit)", hint: .raiseFileLimit)
  }

  package static let changedWhileReading = JobError(
    stage: .read, code: .changedWhileReading,
    message: "the file changed while it was read", hint: .runAgainUnchanged)

  private static func hint(for error: Errno) -> Hint? {
    switch error.rawValue {
    case EACCES, EPERM: .makeReadable
    case EMFILE: .raiseOpenFileLimit
    case ENAMETOOLONG: .startNearer
    case EIO, ESTALE: .checkStorage
    case ELOOP: .mendLink
    default: nil
    }
  }
}
