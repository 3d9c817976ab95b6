/// FNV-1a of 64 bits (Fowler, Noll, Vo): the same in every process, unlike the standard library's hashes, and good enough
/// where nobody gains by a collision.
struct FNVHash {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }
}
