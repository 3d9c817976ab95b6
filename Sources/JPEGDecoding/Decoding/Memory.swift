/// Elements in memory that somebody else owns, for the inner loops.
///
/// Bounds are not checked in release builds: every index is in bounds by construction, and the invariant stands where
/// the index is made (a masked number, a count that the parser checked, the window of `ScanReader`).
@safe struct UncheckedBuffer<Element: BitwiseCopyable> {
  // SAFETY: `count` elements are there for as long as the owner lives; owners outlive the decoding.
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  @unsafe init(_ base: UnsafeMutableRawPointer, count: Int) {
    unsafe self.base = base.assumingMemoryBound(to: Element.self)
    self.count = count
  }

  @inline(__always) subscript(index: Int) -> Element {
    // Addresses instead of values: what is large is not copied for one of its fields.
    unsafeAddress {
      assert(index >= 0 && index < count, "an index in bounds by construction is out of bounds")
      return unsafe UnsafePointer(base + index)
    }
    nonmutating unsafeMutableAddress {
      assert(index >= 0 && index < count, "an index in bounds by construction is out of bounds")
      return unsafe base + index
    }
  }

  /// The same as lanes or bytes; the index counts elements, and a whole value lies in bounds.
  @inline(__always) func load<Value: BitwiseCopyable>(_ index: Int, as type: Value.Type) -> Value {
    assert(
      index >= 0
        && index * MemoryLayout<Element>.stride + MemoryLayout<Value>.size <= count * MemoryLayout<Element>.stride)
    return unsafe UnsafeRawPointer(base + index).loadUnaligned(as: type)
  }

  @inline(__always) func store<Value: BitwiseCopyable>(_ value: Value, at index: Int) {
    assert(
      index >= 0
        && index * MemoryLayout<Element>.stride + MemoryLayout<Value>.size <= count * MemoryLayout<Element>.stride)
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: value, as: Value.self)
  }

  /// The elements from `index` on.
  @inline(__always) func from(_ index: Int) -> UncheckedBuffer {
    assert(index >= 0 && index <= count)
    return unsafe UncheckedBuffer(UnsafeMutableRawPointer(base + index), count: count &- index)
  }

  @unsafe var address: UnsafeRawPointer { unsafe UnsafeRawPointer(base) }

  /// Lends the pointer for what the C library does best.
  @inline(__always) func withPointer(_ body: (UnsafeMutablePointer<Element>) -> Void) { unsafe body(base) }

  func fill(_ value: Element) { unsafe base.update(repeating: value, count: count) }
}

/// Scratch memory of a decoding, or of a band of one: the next piece of what its lender holds.
@safe struct ScratchArena {
  // SAFETY: `capacity` bytes are there while an image is decoded, and no other scratch has them.
  private let base: UnsafeMutableRawPointer
  private let capacity: Int
  private var used = 0

  @unsafe init(_ base: UnsafeMutableRawPointer, capacity: Int) {
    unsafe self.base = base
    self.capacity = capacity
  }

  /// Bytes that `take` uses for so many elements: pieces start at multiples of 64.
  static func byteCount<Element>(_ count: Int, _: Element.Type) -> Int {
    (count * MemoryLayout<Element>.stride + 63) & ~63
  }

  /// The next piece, its contents undefined.
  mutating func take<Element: BitwiseCopyable>(_ count: Int, _ type: Element.Type) -> UncheckedBuffer<Element> {
    let start = used
    used += ScratchArena.byteCount(count, type)
    precondition(used <= capacity, "scratch memory was reckoned too small")
    // SAFETY: the bytes are in this scratch, and in no other piece.
    return unsafe UncheckedBuffer(base + start, count: count)
  }
}
