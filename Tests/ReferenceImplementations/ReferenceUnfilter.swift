/// `Unfilter` as in the specification, one byte at a time.
package enum ReferenceUnfilter {
  /// Like `Unfilter.row`, without slack.
  @unsafe package static func row(
    filter: UInt8, pixelBytes: Int, into row: UnsafeMutableRawPointer, from filtered: UnsafeRawPointer,
    above: UnsafeRawPointer, byteCount: Int
  ) {
    for index in 0..<byteCount {
      let inside = index >= pixelBytes
      let a = inside ? unsafe Int(row.load(fromByteOffset: index - pixelBytes, as: UInt8.self)) : 0
      let b = unsafe Int(above.load(fromByteOffset: index, as: UInt8.self))
      let c = inside ? unsafe Int(above.load(fromByteOffset: index - pixelBytes, as: UInt8.self)) : 0
      let x = unsafe Int(filtered.load(fromByteOffset: index, as: UInt8.self))
      let prediction =
        switch filter {
        case 0: 0
        case 1: a
        case 2: b
        case 3: (a + b) / 2
        default: paethPredictor(a, b, c)
        }
      unsafe row.storeBytes(of: UInt8(truncatingIfNeeded: x + prediction), toByteOffset: index, as: UInt8.self)
    }
  }

  /// Of left, above and above left, the one nearest to left + above - above left. Ties are resolved in this order.
  package static func paethPredictor(_ a: Int, _ b: Int, _ c: Int) -> Int {
    let p = a + b - c
    let pa = abs(p - a)
    let pb = abs(p - b)
    let pc = abs(p - c)
    if pa <= pb && pa <= pc { return a }
    return pb <= pc ? b : c
  }
}
