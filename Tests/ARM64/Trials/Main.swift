internal import Glibc

/// Runs the trials of all kernels. Standard input has records: a letter, and two strings of bytes with their lengths.
@main struct Main {
  static func main() {
    UnfilterTrials.run()
    FilterTrials.run()
    RunCodingTrials.run()
    PremultiplicationTrials.run()
    IntegerResizeTrials.run()
    FloatResizeTrials.run()
    TransformTrials.run()
    EncodingTrials.run()
    while let kind = read(1).first {
      let (first, second) = (string(), string())
      switch kind {
      case UInt8(ascii: "J"): DecodingTrials.run(first)
      // A stream, and what zlib makes of it.
      case UInt8(ascii: "Z"): InflateTrials.run(first, expected: second, most: second.count)
      // A stream that zlib rejects.
      case UInt8(ascii: "F"): InflateTrials.run(first, expected: nil, most: second.count)
      default: preconditionFailure("a record is of one of these kinds")
      }
    }
  }

  private static func string() -> [UInt8] {
    read(read(4).reversed().reduce(0) { $0 << 8 | Int($1) })
  }

  /// The next bytes; fewer at the end.
  private static func read(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = unsafe count == 0 ? 0 : trial_read(buffer.baseAddress.unsafelyUnwrapped, count)
    }
  }
}
