extension RunCoding {
  /// Elements of the table of `search`.
  package static let searchTableCount = 4096
  /// The parts that are searched, each for matches within itself, and their size. More bytes or longer parts decide hardly
  /// better.
  private static let partCount = 4
  private static let partByteCount = 4096
  /// The bits of a match, in addition to those of its distance: typical codes of its length and of its distance.
  private static let matchBits = 9

  /// Estimates how many bits matches of any distance would save.
  /// - Parameters:
  ///   - literalBits: the length of each byte's code as a literal; 256 elements.
  ///   - table: working memory of `searchTableCount` elements.
  /// - Returns: the bits that the literals of the searched parts take, and how many of them matches would save.
  @unsafe package static func search(
    _ bytes: UnsafeRawPointer, count: Int, literalBits: UnsafePointer<UInt8>, table: UnsafeMutablePointer<UInt16>
  ) -> (bits: Int, savedBits: Int) {
    // SAFETY: a part ends within the bytes, and loads 8 bytes before its end. A position in the table is one of the same part.
    let bytes = unsafe UncheckedBytes(reading: bytes, count: count)
    let literalBits = unsafe UncheckedBuffer<UInt8>(reading: literalBits, count: 256)
    let table = unsafe UncheckedBuffer<UInt16>(table, count: searchTableCount)
    var (bits, saved) = (0, 0)
    for part in 0..<partCount {
      let start = count / partCount &* part
      let part = (bytes + start).prefix(min(partByteCount, count / partCount))
      table.fill(.max)
      search(part, literalBits, table, &bits, &saved)
    }
    return (bits, saved)
  }

  @inline(__always)
  private static func search(
    _ part: UncheckedBytes, _ literalBits: UncheckedBuffer<UInt8>, _ table: UncheckedBuffer<UInt16>, _ bits: inout Int,
    _ saved: inout Int
  ) {
    var offset = 0
    while offset &+ 8 <= part.count {
      let four = part.load(offset, as: UInt32.self)
      let slot = Int((four &* 0x9E37_79B1) &>> 20)
      let candidate = Int(table[slot])
      table[slot] = UInt16(truncatingIfNeeded: offset)
      guard candidate < offset, part.load(candidate, as: UInt32.self) == four else {
        bits &+= Int(literalBits[Int(four & 255)])
        offset &+= 1
        continue
      }
      let distance = offset &- candidate
      var matched = 0
      repeat {
        matched &+= Int(literalBits[Int(part[offset])])
        offset &+= 1
      } while offset < part.count && part[offset] == part[offset &- distance]
      // The coding of runs finds matches of distance 1, too.
      guard distance > 1 else {
        bits &+= matchBits
        continue
      }
      bits &+= matched
      saved &+= max(0, matched &- matchBits &- (Int.bitWidth &- 1 &- distance.leadingZeroBitCount))
    }
  }
}
