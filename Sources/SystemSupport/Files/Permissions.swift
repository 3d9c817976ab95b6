package import Glibc
package import SystemPackage

/// Who may read and write a file. An output takes its permissions from its source, so that a thumbnail is not visible to more
/// users than the image is.
package struct Permissions: Hashable, Sendable {
  /// Read and write bits as in chmod(2), before the umask applies.
  let bits: UInt32
  /// The group that the group bits apply to; nil for any group.
  let group: UInt32?

  /// For files without a source. The umask decides who may read them.
  package static let ordinary = Permissions(bits: 0o666, group: nil)
  /// For the owner alone.
  package static let ownerOnly = Permissions(bits: 0o600, group: nil)

  package init(bits: UInt32, group: UInt32?) {
    self.bits = bits & 0o666
    self.group = group
  }

  /// The permissions of an existing file. Execute, set-user-ID and similar bits make no sense for an image.
  package init(_ status: stat) { self.init(bits: status.st_mode, group: status.st_gid) }

  /// The permissions that both allow. For a page that shows several images.
  package func intersection(_ other: Permissions) -> Permissions {
    let isOneGroup = group == other.group || group == nil || other.group == nil
    // With two groups, a user may be a member of only one of them, so the group gets only the rights of all others.
    let (mine, others) =
      isOneGroup ? (bits, other.bits) : (Permissions.ofOthers(bits), Permissions.ofOthers(other.bits))
    return Permissions(bits: mine & others, group: group ?? other.group)
  }

  /// The mode to create a file with. The owner may always read and replace the file: a source that is read-only for its owner
  /// must not make a read-only output.
  package var creationMode: mode_t { bits | 0o600 }

  /// Whether the group has more rights than all others. Then the group of a new file matters.
  private var favorsGroup: Bool { Permissions.ofOthers(bits) & 0o060 != bits & 0o060 }

  /// Reduces the rights of a new file's group if it is not the source's group: a new file gets the group of this process or of
  /// its folder.
  package func settleGroup(of file: borrowing Descriptor) throws(Errno) {
    guard favorsGroup, let group else { return }
    var status = stat()
    // SAFETY: fstat fills one `stat`, which is valid during the call.
    guard unsafe fstat(file.number, &status) == 0 else { throw .current }
    if status.st_gid == group { return }
    guard fchmod(file.number, Permissions.ofOthers(status.st_mode & bits) | status.st_mode & 0o600) == 0 else {
      throw .current
    }
  }

  /// The bits, with the group's rights reduced to those of all others.
  private static func ofOthers(_ bits: UInt32) -> UInt32 { bits & (0o606 | (bits & 0o006) << 3) }
}
