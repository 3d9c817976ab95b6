package import SystemPackage

/// Conversions between paths and their bytes, which need not be UTF-8.
extension FilePath {
  /// A path from its bytes, up to the first zero byte. Like every `FilePath`, it has no trailing separator.
  package init(bytes: some Sequence<UInt8>) {
    var terminated = Array(bytes)
    terminated.append(0)
    self = unsafe terminated.withUnsafeBufferPointer { bytes in
      // SAFETY: the text ends in a zero byte, so it is not empty, and it outlives the call.
      unsafe bytes.withMemoryRebound(to: CChar.self) { text in
        unsafe text.baseAddress.map { unsafe FilePath(platformString: $0) } ?? FilePath()
      }
    }
  }

  /// The bytes of the path, without the terminating zero.
  package var bytes: [UInt8] {
    unsafe withBytes { unsafe Array($0) }
  }

  /// Passes the bytes of the path, without the terminating zero, to `body`.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe withPlatformString { text in
      // SAFETY: the path's storage holds `length` bytes and a zero, and outlives the closure.
      unsafe body(UnsafeRawBufferPointer(start: text, count: length))
    }
  }

  /// `removingLastComponent()` and the last component, if any, split at the last separator. In debug builds swift-system checks
  /// the whole path whenever its components are used, which takes milliseconds.
  package var folderAndName: (folder: FilePath, name: FilePath) {
    let bytes = bytes
    guard let separator = bytes.lastIndex(of: UInt8(ascii: "/")) else { return ("", self) }
    return (FilePath(bytes: bytes[..<max(separator, 1)]), FilePath(bytes: bytes[(separator + 1)...]))
  }
}
