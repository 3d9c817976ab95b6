internal import Glibc
package import SystemPackage

extension Errno {
  /// The error of the last failed call on this thread.
  package static var current: Errno { Errno(rawValue: errno) }

  /// The error's symbol and meaning, the same in every locale: "ENOSPC: no space left on device".
  package var message: String {
    knownErrors[rawValue] ?? "errno \(rawValue): \(description)"
  }
}

private let knownErrors: [CInt: String] = [
  EACCES: "EACCES: permission denied",
  EBADF: "EBADF: not an open file",
  EDQUOT: "EDQUOT: disk quota exceeded",
  EEXIST: "EEXIST: the file is there already",
  EFBIG: "EFBIG: file size limit exceeded",
  EIO: "EIO: input/output error",
  EISDIR: "EISDIR: a folder has that name",
  ELOOP: "ELOOP: too many symbolic links, or a loop of them",
  EMFILE: "EMFILE: too many open files in this process",
  ENAMETOOLONG: "ENAMETOOLONG: name or path too long",
  ENFILE: "ENFILE: too many open files in the system",
  ENODEV: "ENODEV: no such device",
  ENOENT: "ENOENT: no such file or folder",
  ENOMEM: "ENOMEM: out of memory",
  ENOSPC: "ENOSPC: no space left on device",
  ENOTDIR: "ENOTDIR: a part of the path is not a folder",
  ENXIO: "ENXIO: no such device or address",
  EPERM: "EPERM: operation not permitted",
  EROFS: "EROFS: read-only file system",
  ESTALE: "ESTALE: the network file system lost the file",
  ETXTBSY: "ETXTBSY: the file is a running program",
]
