internal import CPlatform

/// Memory with one owner. Unlike Swift's own allocations, a failed allocation throws instead of ending the process. So all memory
/// whose size depends on an image, an option or a list is allocated this way.
@safe package struct HeapMemory: ~Copyable, @unchecked Sendable {
  // SAFETY (also unchecked Sendable): allocated in init with `byteCount` bytes, freed once in deinit. Threads that share it only
  // read it.
  package let base: UnsafeMutableRawPointer
  package let byteCount: Int

  /// - Parameter byteCount: 0 or more. The memory is aligned to 64 bytes, its contents are undefined.
  package init(byteCount: Int) throws(OutOfMemory) {
    precondition(byteCount >= 0, "a size is not negative")
    guard let base = unsafe system_allocate(byteCount) else { throw OutOfMemory(byteCount: byteCount) }
    unsafe self.base = unsafe base
    self.byteCount = byteCount
  }

  /// Takes ownership of memory that `released` returned.
  @unsafe init(owning base: UnsafeMutableRawPointer, byteCount: Int) {
    unsafe self.base = unsafe base
    self.byteCount = byteCount
  }

  /// Gives up ownership and returns the memory.
  @unsafe consuming func released() -> UnsafeMutableRawPointer {
    let base = unsafe self.base
    discard self
    return unsafe base
  }

  deinit { unsafe system_free(base) }
}

/// The system, or a limit of this process, refused memory.
package struct OutOfMemory: Error, Hashable {
  /// The size of the refused allocation.
  package let byteCount: Int
}

/// An array in such memory, for arrays whose size depends on an image.
///
/// Release builds do not check bounds: every index is in bounds by construction.
@safe package struct UncheckedArray<Element: BitwiseCopyable>: ~Copyable, Sendable {
  // SAFETY (also unchecked Sendable): the memory has `count` elements, all initialized. Threads that share it only read it.
  private let memory: HeapMemory
  package let count: Int

  package init(repeating value: Element, count: Int) throws(OutOfMemory) {
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    memory = try HeapMemory(byteCount: overflow ? .max : byteCount)
    self.count = count
    unsafe elements.initialize(repeating: value, count: count)
  }

  /// For inner loops. Valid for the lifetime of the array.
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
