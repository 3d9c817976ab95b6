internal import Glibc
internal import SystemPackage

/// /// The byte that ends each entry of a list (`--files-from`, `-0`).
package enum Delimiter: Sendable {
  case newline
  case zeroByte

  package var byte: UInt8 {
    switch self {
    case .newline: UInt8(ascii: "\n")
    case .zeroByte: 0
    }
  }
}
