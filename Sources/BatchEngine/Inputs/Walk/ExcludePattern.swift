internal import Glibc

/// A pattern of files and folders that a walk leaves out (`--exclude`), by fnmatch(3).
package struct ExcludePattern: Hashable, Sendable {
  /// Zero-terminated.
  private let pattern: [CChar]
  /// Whether the pattern is compared with the path below the input, not with the name alone.
  private let isPath: Bool
  private let isFolderOnly: Bool

  /// Nil for an empty pattern.
  package init?(_ text: [UInt8]) {
    let slash = UInt8(ascii: "/")
    isFolderOnly = text.last == slash
    let body = isFolderOnly ? text.dropLast() : text[...]
    isPath = body.contains(slash)
    let relative = body.first == slash ? body.dropFirst() : body
    if relative.isEmpty { return nil }
    pattern = relative.map { CChar(bitPattern: $0) } + [0]
  }

  /// - Parameters:
  ///   - folder: the path of the entry's folder below the input, empty or with a separator at its end.
  ///   - name: the name of the entry.
  func matches(folder: ArraySlice<UInt8>, name: ArraySlice<UInt8>, isFolder: Bool) -> Bool {
    if isFolderOnly && !isFolder { return false }
    let text = (isPath ? Array(folder) + name : Array(name)).map { CChar(bitPattern: $0) } + [0]
    // SAFETY: both end with a zero.
    return unsafe fnmatch(pattern, text, FNM_PATHNAME) == 0
  }
}
