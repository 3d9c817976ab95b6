internal import Glibc
internal import ImageErrors
internal import SystemPackage
internal import SystemSupport

extension HeldFolder {
  /// Gives a whole file its final name, by the rule for what is there.
  func commit(
    _ old: FilePath, as new: FilePath, in other: HeldFolder, _ existing: ExistingOutput, _ durability: Durability
  ) throws(JobError) {
    do throws(Errno) {
      switch existing {
      case .overwrite, .skip, .update: try rename(old, to: new, in: other)
      case .fail: try renameExclusively(old, to: new, in: other)
      }
      if durability == .durable { try other.synchronize() }
    } catch {
      if error.rawValue == EEXIST && existing == .fail { throw .exists }
      throw .write(error)
    }
  }
}
