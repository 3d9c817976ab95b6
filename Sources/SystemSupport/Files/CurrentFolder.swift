internal import Glibc
package import SystemPackage

/// The folder that relative paths start from; empty where it is gone or cannot be told.
package func currentFolder() -> FilePath {
  guard let text = unsafe getcwd(nil, 0) else { return "" }
  // SAFETY: with no buffer given, glibc and Darwin allocate one that holds the whole text, and it is ours to free.
  defer { unsafe free(text) }
  return unsafe FilePath(platformString: text)
}
