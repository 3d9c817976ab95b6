internal import Glibc
internal import SystemPackage

/// The memory of this process according to /proc/self/statm, which counts pages (proc(5)).
package enum OwnMemory {
  /// Index of a number in the line.
  package enum Field: Int {
    case addressSpace = 0
    case resident = 1
  }

  /// In bytes; 0 if the kernel does not report it.
  package static func byteCount(_ field: Field) -> Int {
    byteCount(field, statm: ProcFile.contents(of: "/proc/self/statm") ?? "", pageByteCount: pageByteCount)
  }

  /// - Parameter pageByteCount: 4 KiB nearly everywhere, but 16 or 64 KiB with some kernels for arm64 and ppc64.
  static func byteCount(_ field: Field, statm: String, pageByteCount: Int) -> Int {
    let numbers = statm.split { $0.isWhitespace }
    guard numbers.count > field.rawValue, let pages = Int(numbers[field.rawValue]) else { return 0 }
    return pages * pageByteCount
  }

  private static var pageByteCount: Int { sysconf(Int32(_SC_PAGESIZE)) }
}
