/// Elements in memory that another object owns, for the inner loops.
///
/// Release builds do not check bounds: every index is in bounds by construction. A comment where the index is computed gives the
/// invariant (a masked number, a count that the parser checked, the window of `ScanReader`).
@safe struct UncheckedBuffer<Element: BitwiseCopyable> {
  // SAFETY: `count` elements are valid for the lifetime of the owner, and owners outlive the decoding.
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  @unsafe init(_ base: UnsafeMutableRawPointer, count: Int) {
    unsafe self.base = base.assumingMemoryBound(to: Element.self)
    self.count = count
  }

  @inline(__always) subscript(index: Int) -> Element {
    // Addressors avoid a copy of a large element when only one of its fields is used.
    unsafeAddress {
      assert(index >= 0 && index < count, "an index in bounds by construction is out of bounds")
      return unsafe UnsafePointer(base + index)
    }
    nonmutating unsafeMutableAddress {
      assert(index >= 0 && index < count, "an index in bounds by construction is out of bounds")
      return unsafe base + index
    }
  }

  /// Loads lanes or bytes. `index` counts elements, and the whole value must be in bounds.
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

  /// The elements from `index` to the end.
  @inline(__always) func from(_ index: Int) -> UncheckedBuffer {
    assert(index >= 0 && index <= count)
    return unsafe UncheckedBuffer(UnsafeMutableRawPointer(base + index), count: count &- index)
  }

  /// Lends the pointer to functions of the C library.
  @inline(__always) func withPointer(_ body: (UnsafeMutablePointer<Element>) -> Void) { unsafe body(base) }

  func fill(_ value: Element) { unsafe base.update(repeating: value, count: count) }
}

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
    precondition(used <= capacity, "scratch memory was reckoned too small")
    // SAFETY: the bytes are in this arena, and in no other piece.
    return unsafe UncheckedBuffer(base + start, count: count)
  }
}
