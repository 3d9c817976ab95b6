package import SystemPackage

/// A path that is named by the user, or belongs to the run's own records, and may be written: it is no input, no list of
/// inputs, no image and no other output. Whatever writes such a file asks for one of these.
package struct CheckedPath: Hashable, Sendable {
  package let path: FilePath

  /// For a folder that is the program's own and new.
  package init(inOwnFolder path: FilePath) { self.path = path }

  /// - Parameter path: `OverwriteCheck` found that it may be written.
  package init(checked path: FilePath) { self.path = path }
}
