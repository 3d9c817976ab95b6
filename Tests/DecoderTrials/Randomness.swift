/// xorshift64*. The same seed gives the same files on every machine, so a number is enough to report a crash.
package struct Randomness {
  private var state: UInt64

  package init(seed: UInt64) {
    // Neighboring seeds must not start alike, and zero would stay zero (the finalizer of splitmix64).
    var mixed = seed &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    state = (mixed ^ (mixed >> 31)) | 1
  }

  package mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  /// 0 ..< bound.
  package mutating func below(_ bound: Int) -> Int { bound <= 1 ? 0 : Int((next() >> 11) % UInt64(bound)) }

  package mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 32) }

  package mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

  /// A byte that parsers often handle wrongly, or any byte.
  package mutating func nastyByte() -> UInt8 {
    below(2) == 0 ? byte() : pick([0, 1, 2, 3, 4, 0x7F, 0x80, 0xD9, 0xFE, 0xFF])
  }
}
