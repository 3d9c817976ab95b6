/// Memory for the trial of a kernel. It begins with random bytes, so that a kernel that does not write shows.
@safe final class Memory {
  // SAFETY: allocated in init with `count` bytes, freed once in deinit. `load` and `store` check bounds.
  let base: UnsafeMutableRawPointer
  let count: Int

  init(_ count: Int, _ numbers: inout SeededNumbers) {
    unsafe base = .allocate(byteCount: max(count, 1), alignment: 64)
    self.count = count
    for index in 0..<count { self[index] = UInt8(truncatingIfNeeded: numbers.next()) }
  }

  init(_ bytes: [UInt8], slack: Int = 0) {
    count = bytes.count + slack
    unsafe base = .allocate(byteCount: max(count, 1), alignment: 64)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 1))
    for index in bytes.indices { self[index] = bytes[index] }
  }

  deinit { unsafe base.deallocate() }

  subscript(offset: Int) -> UInt8 {
    get { load(offset, UInt8.self) }
    set { store(newValue, offset) }
  }

  func load<Value: BitwiseCopyable>(_ offset: Int, _: Value.Type) -> Value {
    precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= count, "a load is in bounds")
    return unsafe base.loadUnaligned(fromByteOffset: offset, as: Value.self)
  }

  func store<Value: BitwiseCopyable>(_ value: Value, _ offset: Int) {
    precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= count, "a store is in bounds")
    unsafe base.storeBytes(of: value, toByteOffset: offset, as: Value.self)
  }

  func bytes(_ range: Range<Int>) -> [UInt8] { range.map { self[$0] } }

  /// The address of an element, for a kernel's parameter.
  @unsafe func pointer<Element>(_ offset: Int = 0, to _: Element.Type) -> UnsafeMutablePointer<Element> {
    unsafe (base + offset).assumingMemoryBound(to: Element.self)
  }
}

extension SeededNumbers {
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }
}
