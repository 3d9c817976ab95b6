/// Encodes values for a worker process: little-endian integers and length-prefixed byte strings. Both ends come from the same
/// build on the same machine, so there is no versioning. `WireReader` validates every length nevertheless.
package struct WireWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func write(_ value: Int) {
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  package mutating func write(_ value: Double) { write(Int(bitPattern: UInt(value.bitPattern))) }

  package mutating func write(_ text: String) { write(Array(text.utf8)) }

  package mutating func write(_ string: [UInt8]) {
    write(string.count)
    bytes.append(contentsOf: string)
  }
}

/// Decodes the values of a `WireWriter`, in the same order. Throws `WireError` for malformed data.
package struct WireReader {
  private var rest: ArraySlice<UInt8>

  package init(_ bytes: [UInt8]) { rest = bytes[...] }

  package mutating func integer() throws(WireError) -> Int {
    guard rest.count >= 8 else { throw WireError() }
    var value: UInt64 = 0
    for (index, byte) in rest.prefix(8).enumerated() { value |= UInt64(byte) << UInt64(index * 8) }
    rest = rest.dropFirst(8)
    return Int(truncatingIfNeeded: value)
  }

  package mutating func integer(in range: ClosedRange<Int>) throws(WireError) -> Int {
    let value = try integer()
    guard range.contains(value) else { throw WireError() }
    return value
  }

  package mutating func double() throws(WireError) -> Double {
    Double(bitPattern: UInt64(UInt(bitPattern: try integer())))
  }

  package mutating func string() throws(WireError) -> [UInt8] {
    let count = try integer()
    guard count >= 0, count <= rest.count else { throw WireError() }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  package mutating func text() throws(WireError) -> String { String(decoding: try string(), as: UTF8.self) }

  /// A case of an enumeration, from its raw value.
  package mutating func value<Value: RawRepresentable<String>>(_: Value.Type) throws(WireError) -> Value {
    guard let value = try optional(Value.self) else { throw WireError() }
    return value
  }

  /// Like `value`, with an empty text for nil.
  package mutating func optional<Value: RawRepresentable<String>>(_: Value.Type) throws(WireError) -> Value? {
    let text = try text()
    if text.isEmpty { return nil }
    guard let value = Value(rawValue: text) else { throw WireError() }
    return value
  }

  /// Throws unless all bytes were read.
  package func end() throws(WireError) {
    if !rest.isEmpty { throw WireError() }
  }
}

/// The bytes were not written by a worker of this build.
package struct WireError: Error {
  package init() {}
}
