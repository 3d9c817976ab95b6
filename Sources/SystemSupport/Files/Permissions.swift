package import Glibc
package import SystemPackage

/// Who may read and write a file: what an output takes over from its source, so that no thumbnail shows more people what is in
/// an image than the image does.
package struct Permissions: Hashable, Sendable {
  /// Bits to read and to write, as `chmod` has them. The umask takes away from them.
  let bits: UInt32
  /// The group that the group's bits are for; nil where they are for any.
  let group: UInt32?

  /// What files have that are made of nothing that is there: the umask says who may read them.
  package static let ordinary = Permissions(bits: 0o666, group: nil)
  /// For the owner alone.
  package static let ownerOnly = Permissions(bits: 0o600, group: nil)

  package init(bits: UInt32, group: UInt32?) {
    self.bits = bits & 0o666
    self.group = group
  }

  /// Those of a file that is there. Execution, set-user-ID and such are no matter of an image.
  package init(_ status: stat) { self.init(bits: status.st_mode, group: status.st_gid) }

  /// What both allow: of a page that shows several images.
  package func intersection(_ other: Permissions) -> Permissions {
    let isOneGroup = group == other.group || group == nil || other.group == nil
    // Who is in two groups may be in one of them only, so that the group has the rights of all others.
    let (mine, others) =
      isOneGroup ? (bits, other.bits) : (Permissions.ofOthers(bits), Permissions.ofOthers(other.bits))
    return Permissions(bits: mine & others, group: group ?? other.group)
  }

  /// For creating a file, whose owner can always read and replace it: a source that is read-only for its owner makes no output
  /// that has to be made writable first.
  package var creationMode: mode_t { bits | 0o600 }

  /// Whether the group may do more than all others, so that it counts which group a new file gets.
  private var favorsGroup: Bool { Permissions.ofOthers(bits) & 0o060 != bits & 0o060 }

  /// Takes from a new file's group what it may not have: a file gets the group of this process, or that of its folder, and that may
  /// be another than the source's.
  package func settleGroup(of file: borrowing Descriptor) throws(Errno) {
    guard favorsGroup, let group else { return }
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0 else { throw .current }
    if status.st_gid == group { return }
    guard fchmod(file.number, Permissions.ofOthers(status.st_mode & bits) | status.st_mode & 0o600) == 0 else {
      throw .current
    }
  }

  /// The bits with the group's cut down to those that all others have too.
  private static func ofOthers(_ bits: UInt32) -> UInt32 { bits & (0o606 | (bits & 0o006) << 3) }
}
