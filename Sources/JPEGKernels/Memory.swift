/// Scratch memory of a decoding or of one of its bands. Hands out consecutive pieces of memory that its lender owns.
@safe struct ScratchArena {
  // SAFETY: `capacity` bytes are valid while an image is decoded, and belong to no other arena.
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  private var used = 0

  @unsafe init(_ base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = base
    self.capacity = capacity
  }

  /// The bytes that `take` uses for `count` elements. Pieces start at multiples of 64.
  static func byteCount<Element>(_ count: Int, _: Element.Type) -> Int {
    (count * MemoryLayout<Element>.stride + 63) & ~63
  }

  /// The next piece. Its contents are undefined.
  mutating func take<Element: BitwiseCopyable>(_ count: Int, _ type: Element.Type) -> UncheckedBuffer<Element> {
    let start = used
    used += ScratchArena.byteCount(count, type)
    precondition(used <= capacity, "the estimate of the scratch memory is too small")
    // SAFETY: the bytes are in this arena, and in no other piece.
    return unsafe UncheckedBuffer(base + start, count: count)
  }
}

extension UncheckedBuffer {
  /// Stores eight vectors, the first at the start and each of the others `step` elements after the one before it.
  @inline(__always) func storeEight<Vector: BitwiseCopyable>(
    _ w: (Vector, Vector, Vector, Vector, Vector, Vector, Vector, Vector), step: Int
  ) {
    store(w.0, at: 0)
    store(w.1, at: step)
    store(w.2, at: 2 &* step)
    store(w.3, at: 3 &* step)
    store(w.4, at: 4 &* step)
    store(w.5, at: 5 &* step)
    store(w.6, at: 6 &* step)
    store(w.7, at: 7 &* step)
  }
}
