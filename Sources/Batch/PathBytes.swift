package import SystemPackage

/// Names are bytes: these are the ways between a path and its bytes, which need not be UTF-8.
extension FilePath {
  /// The path that the bytes spell; without a trailing separator, as every `FilePath`. Ends before the first zero byte.
  package init(bytes: some Sequence<UInt8>) {
    var terminated: [CChar] = []
    terminated.reserveCapacity(bytes.underestimatedCount + 1)
    for byte in bytes {
      if byte == 0 { break }
      terminated.append(CChar(bitPattern: byte))
    }
    terminated.append(0)
    self.init(platformString: terminated)
  }

  /// The bytes of the path, without the zero at the end.
  package var bytes: [UInt8] {
    unsafe withBytes { unsafe Array($0) }
  }

  /// Lends the bytes of the path, without the zero at the end.
  package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe withPlatformString { text in
      // SAFETY: the path's storage holds `length` bytes and a zero, and outlives the closure.
      unsafe body(UnsafeRawBufferPointer(start: text, count: length))
    }
  }
}
