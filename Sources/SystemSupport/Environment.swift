internal import Glibc
package import SystemPackage

/// The environment variables of this process.
package enum Environment {
  /// The value of a variable; nil if it is not set.
  package static subscript(name: String) -> String? {
    // SAFETY: getenv returns null or a zero-terminated string, which is copied here. Nothing changes the environment meanwhile.
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }

  /// The value of a variable as a path, which keeps bytes that are not UTF-8.
  package static func path(_ name: String) -> FilePath? {
    // SAFETY: as above.
    unsafe getenv(name).map { unsafe FilePath(platformString: $0) }
  }
}
