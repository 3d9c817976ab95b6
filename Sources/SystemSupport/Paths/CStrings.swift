/// The bytes of a name or a path, as C functions take them.
func zeroTerminated(_ bytes: ArraySlice<UInt8>) -> [CChar] { bytes.map(CChar.init(bitPattern:)) + [0] }

/// Passes byte strings as the array of zero-terminated strings that C functions take, with a null pointer at its end.
/// - Parameter strings: without zero bytes. Nil becomes a null pointer.
package func withCStrings<Result>(
  _ strings: [[UInt8]?], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  // One block of all strings, and a pointer to the start of each.
  let block = Array(strings.map { ($0 ?? []) + [0] }.joined())
  var starts: [Int?] = []
  var start = 0
  for string in strings {
    starts.append(string == nil ? nil : start)
    start += (string?.count ?? 0) + 1
  }
  return unsafe block.withUnsafeBufferPointer { block in
    unsafe block.withMemoryRebound(to: CChar.self) { block in
      // SAFETY: every start is inside the block, every string ends with a zero, and the block outlives the call.
      let pointers: [UnsafePointer<CChar>?] =
        unsafe starts.map { start in unsafe start.map { unsafe block.baseAddress.unsafelyUnwrapped + $0 } } + [nil]
      return unsafe body(pointers)
    }
  }
}
