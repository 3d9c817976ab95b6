/// Passes byte strings as the array of zero-terminated strings that C functions take, with a null pointer at its end.
/// - Parameter strings: without zero bytes.
package func withCStrings<Result>(
  _ strings: [[UInt8]], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  // One block of all strings, and a pointer to the start of each.
  let block = Array(strings.joined(separator: [0])) + [0]
  var starts: [Int] = []
  var start = 0
  for string in strings {
    starts.append(start)
    start += string.count + 1
  }
  return unsafe block.withUnsafeBufferPointer { block in
    unsafe block.withMemoryRebound(to: CChar.self) { block in
      // SAFETY: every start is inside the block, every string ends with a zero, and the block outlives the call.
      let pointers: [UnsafePointer<CChar>?] =
        unsafe starts.map { start in unsafe block.baseAddress.map { unsafe $0 + start } } + [nil]
      return unsafe body(pointers)
    }
  }
}
