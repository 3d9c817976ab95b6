internal import Glibc
internal import SystemPackage

/// What the kernel tells of this process's own memory in /proc/self/statm, which counts pages (proc(5)).
package enum OwnMemory {
  /// Where a number stands in the line.
  package enum Field: Int {
    case addressSpace = 0
    case resident = 1
  }

  /// Bytes; 0 where the kernel does not tell.
  package static func byteCount(_ field: Field) -> Int {
    byteCount(field, statm: ProcFile.contents(of: "/proc/self/statm") ?? "", pageByteCount: pageByteCount)
  }

  /// - Parameter pageByteCount: 4 KiB nearly everywhere, but 16 or 64 KiB by some kernels for arm64 and ppc64.
  static func byteCount(_ field: Field, statm: String, pageByteCount: Int) -> Int {
    let numbers = statm.split { $0.isWhitespace }
    guard numbers.count > field.rawValue, let pages = Int(numbers[field.rawValue]) else { return 0 }
    return pages * pageByteCount
  }

  private static var pageByteCount: Int { sysconf(Int32(_SC_PAGESIZE)) }
}
