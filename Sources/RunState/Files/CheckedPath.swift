package import SystemPackage

/// A path that the program may write: one that the user named, or one of the run's own records. It is no input, no list of
/// inputs, no image and no other output. Functions that write such files require this type.
package struct CheckedPath: Hashable, Sendable {
  package let path: FilePath

  /// - Parameter path: lies in a new folder that belongs to the program.
  package init(inOwnFolder path: FilePath) { self.path = path }

  /// - Parameter path: a path that `OverwriteCheck` has accepted.
  package init(checked path: FilePath) { self.path = path }
}
