internal import CPlatform

/// Memory with one owner. Unlike what Swift allocates by itself, it can be refused without the end of the process: so all that
/// grows with an image, an option or a list is one of these.
@safe package struct HeapMemory: ~Copyable, @unchecked Sendable {
  // SAFETY, of the promise to the compiler too: allocated in init with `byteCount` bytes, freed once in deinit. Who shares it
  // between threads only reads it.
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int

  /// - Parameter byteCount: 0 or more; the memory is aligned to 64 bytes, its contents undefined.
  package init(byteCount: Int) throws(OutOfMemory) {
    precondition(byteCount >= 0, "a size is not negative")
    guard let base = unsafe system_allocate(byteCount) else { throw OutOfMemory(byteCount: byteCount) }
    unsafe self.base = unsafe base
    self.byteCount = byteCount
  }

  /// Takes over what `released` gave.
  @unsafe init(owning base: UnsafeMutableRawPointer, byteCount: Int) {
    unsafe self.base = unsafe base
    self.byteCount = byteCount
  }

  /// The memory without an owner.
  @unsafe consuming func released() -> UnsafeMutableRawPointer {
    let base = unsafe self.base
    discard self
    return unsafe base
  }

  deinit { unsafe system_free(base) }
}

/// The system, or a limit of this process, refuses memory.
package struct OutOfMemory: Error, Hashable {
  /// Of the allocation that was refused.
  package let byteCount: Int
}

/// Numbers in such memory, for arrays that grow with an image.
///
/// Release builds do not check bounds: every index is in bounds by construction.
@safe package struct LargeArray<Element: BitwiseCopyable>: ~Copyable, Sendable {
  // SAFETY, of the promise to the compiler too: the memory has `count` elements, all initialized; what is shared between
  // threads is only read.
  private let memory: HeapMemory
  package let count: Int

  package init(repeating value: Element, count: Int) throws(OutOfMemory) {
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    memory = try HeapMemory(byteCount: overflow ? .max : byteCount)
    self.count = count
    unsafe elements.initialize(repeating: value, count: count)
  }

  /// For the inner loops; valid as long as this is.
  @unsafe package var elements: UnsafeMutablePointer<Element> {
    unsafe memory.base.assumingMemoryBound(to: Element.self)
  }

  package subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index >= 0 && index < count, "an index is in bounds")
      return unsafe elements[index]
    }
    @inline(__always) set {
      assert(index >= 0 && index < count, "an index is in bounds")
      unsafe elements[index] = newValue
    }
  }

  package var indices: Range<Int> { 0..<count }
}
