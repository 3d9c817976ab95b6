internal import Glibc
package import SystemPackage

/// The current working directory, where relative paths start; empty if it was removed or is unknown.
package func currentFolder() -> FilePath {
  guard let text = unsafe getcwd(nil, 0) else { return "" }
  // SAFETY: without a buffer, glibc and Darwin allocate one that holds the whole text, and the caller must free it.
  defer { unsafe free(text) }
  return unsafe FilePath(platformString: text)
}
