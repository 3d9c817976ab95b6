internal import Glibc
package import SystemPackage

extension FilePath {
  /// The same place without symbolic links, as far as it is there.
  package var canonical: FilePath {
    var (there, rest) = (self.isEmpty ? "." : self, FilePath())
    while true {
      // SAFETY: realpath gives null or a terminated string that is ours to free.
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
