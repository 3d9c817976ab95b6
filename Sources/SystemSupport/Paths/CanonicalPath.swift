package import SystemPackage

extension FilePath {
  /// The absolute path with the symbolic links of its existing part resolved.
  package var canonical: FilePath {
    var (there, rest) = (self.isEmpty ? "." : self, FilePath())
    while true {
      if let found = there.withoutLinks { return found.appending(rest.components).lexicallyNormalized() }
      guard let last = there.lastComponent else { return currentFolder().pushing(self).lexicallyNormalized() }
      rest = FilePath(root: nil, [last] + rest.components)
      there.removeLastComponent()
      if there.isEmpty { there = "." }
    }
  }
}
