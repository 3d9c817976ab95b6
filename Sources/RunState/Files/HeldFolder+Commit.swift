internal import Glibc
internal import ImageErrors
internal import SystemPackage
internal import SystemSupport

extension HeldFolder {
  /// Renames a complete file to its final name, following the rule for an existing output.
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
