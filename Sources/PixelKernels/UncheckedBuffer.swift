/// Elements in memory that another object owns, for the inner loops.
///
/// Release builds do not check bounds: every index is in bounds by construction. A comment where the buffer is made or the index
/// is computed gives the invariant. Debug builds assert each index.
@safe struct UncheckedBuffer<Element: BitwiseCopyable>: BitwiseCopyable {
  // SAFETY: `count` elements are valid as long as the caller that lends them keeps them, which outlives this value.
  private let base: UnsafeMutablePointer<Element>
  let count: Int

  @unsafe @inline(__always) init(_ base: UnsafeMutableRawPointer, count: Int) {
    unsafe self.base = base.assumingMemoryBound(to: Element.self)
    self.count = count
  }

  /// For elements that are only read.
  @unsafe @inline(__always) init(reading base: UnsafeRawPointer, count: Int) {
    unsafe self.init(UnsafeMutableRawPointer(mutating: base), count: count)
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
    assert(holds(type, at: index), "a load in bounds by construction is out of bounds")
    return unsafe UnsafeRawPointer(base + index).loadUnaligned(as: type)
  }

  @inline(__always) func store<Value: BitwiseCopyable>(_ value: Value, at index: Int) {
    assert(holds(Value.self, at: index), "a store in bounds by construction is out of bounds")
    unsafe UnsafeMutableRawPointer(base + index).storeBytes(of: value, as: Value.self)
  }

  private func holds<Value>(_: Value.Type, at index: Int) -> Bool {
    index >= 0
      && index * MemoryLayout<Element>.stride + MemoryLayout<Value>.size <= count * MemoryLayout<Element>.stride
  }

  /// The elements from `index` to the end.
  @inline(__always) static func + (buffer: UncheckedBuffer, index: Int) -> UncheckedBuffer {
    assert(index >= 0 && index <= buffer.count, "a start in bounds by construction is out of bounds")
    return unsafe UncheckedBuffer(UnsafeMutableRawPointer(buffer.base + index), count: buffer.count &- index)
  }

  @inline(__always) func prefix(_ count: Int) -> UncheckedBuffer {
    assert(count >= 0 && count <= self.count, "an end in bounds by construction is out of bounds")
    return unsafe UncheckedBuffer(base, count: count)
  }

  @inline(__always) static func += (buffer: inout UncheckedBuffer, index: Int) { buffer = buffer + index }

  /// The memory itself, for functions of the C library and for callers.
  @unsafe @inline(__always) var pointer: UnsafeMutablePointer<Element> { unsafe base }

  /// Copies the first elements to those from `index` on.
  @inline(__always) func copy(_ count: Int, to index: Int) {
    assert(count <= index && index + count <= self.count, "a copy in bounds by construction is out of bounds")
    unsafe (base + index).update(from: base, count: count)
  }

  @inline(__always) func fill(_ value: Element) { unsafe base.update(repeating: value, count: count) }
}

typealias UncheckedBytes = UncheckedBuffer<UInt8>
