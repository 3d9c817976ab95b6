/// FNV-1a of 64 bits over what a kernel wrote.
struct Digest {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }

  mutating func add(_ bytes: some Sequence<UInt8>) { for byte in bytes { add(byte) } }

  mutating func add(_ integer: some FixedWidthInteger) {
    var rest = UInt64(truncatingIfNeeded: integer)
    for _ in 0..<8 {
      add(UInt8(truncatingIfNeeded: rest))
      rest >>= 8
    }
  }

  init() {}

  init(_ bytes: some Sequence<UInt8>) { add(bytes) }
}

/// One line for each case: the kernel, the digest of its result, and that of the plain twin, or a dash without one. The result of
/// a case without a twin is compared with that of another machine.
enum Report {
  static func add(_ kernel: String, _ result: Digest, twin: Digest? = nil) {
    var line = kernel + "\t"
    line += hexadecimal(result.value)
    line += "\t"
    line += twin.map { hexadecimal($0.value) } ?? "-"
    print(line)
  }

  private static func hexadecimal(_ value: UInt64) -> String { String(value, radix: 16) }
}
