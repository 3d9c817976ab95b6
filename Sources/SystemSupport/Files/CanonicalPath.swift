internal import Glibc
package import SystemPackage

extension FilePath {
  /// The absolute path with the symbolic links of its existing part resolved.
  package var canonical: FilePath {
    var (there, rest) = (self.isEmpty ? "." : self, FilePath())
    while true {
      // SAFETY: realpath returns null or a zero-terminated string that the caller must free.
      let found = unsafe there.withPlatformString { unsafe realpath($0, nil) }
      if let found = unsafe found {
        defer { unsafe free(found) }
        return unsafe FilePath(platformString: found).appending(rest.components).lexicallyNormalized()
      }
      guard let last = there.lastComponent else { return currentFolder().pushing(self).lexicallyNormalized() }
      rest = FilePath(root: nil, [last] + rest.components)
      there.removeLastComponent()
      if there.isEmpty { there = "." }
    }
  }
}
