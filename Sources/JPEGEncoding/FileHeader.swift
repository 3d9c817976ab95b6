internal import ImageCore

/// Writes the markers of a baseline file in the order and form of libjpeg (jcmarker.c).
struct FileHeader {
  private(set) var bytes: [UInt8] = []

  static let end: [UInt8] = [0xFF, 0xD9]

  /// SOI, JFIF 1.01 without a resolution, APP1 and APP2.
  mutating func start(app1: [[UInt8]], profile: [UInt8]?) {
    bytes.removeAll(keepingCapacity: true)
    bytes += [0xFF, 0xD8]
    append(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
    for contents in app1 { append(0xE1, contents) }
    if let profile { append(profile: profile) }
  }

  /// A segment with the contents after its length.
  private mutating func append(_ marker: UInt8, _ contents: some Collection<UInt8>) {
    bytes += [0xFF, marker] + FileHeader.bigEndian(contents.count + 2) + contents
  }

  /// Two bytes.
  private static func bigEndian(_ value: Int) -> [UInt8] { [UInt8(value >> 8 & 255), UInt8(value & 255)] }

  /// Bytes of a profile in one segment (ICC.1:2010, B.4).
  private static let maxProfilePart = 65_519

  /// A profile in numbered segments.
  private mutating func append(profile: [UInt8]) {
    let count = (profile.count + FileHeader.maxProfilePart - 1) / FileHeader.maxProfilePart
    for index in 0..<count {
      let part = profile[(index * FileHeader.maxProfilePart)...].prefix(FileHeader.maxProfilePart)
      append(0xE2, Array("ICC_PROFILE\0".utf8) + [UInt8(index + 1), UInt8(count)] + part)
    }
  }

  /// DQT and SOF0.
  mutating func append(_ frame: EncodingFrame, _ steps: QuantizationSteps) {
    for (index, table) in steps.tables.enumerated() where frame.components.contains(where: { $0.tables == index }) {
      append(0xDB, [UInt8(index)] + table)
    }
    var contents = [8] + FileHeader.bigEndian(frame.size.height) + FileHeader.bigEndian(frame.size.width)
    contents.append(UInt8(frame.components.count))
    for (index, component) in frame.components.enumerated() {
      contents += [UInt8(index + 1), UInt8(component.across << 4 | component.down), UInt8(component.tables)]
    }
    append(0xC0, contents)
  }

  /// DHT.
  mutating func append(_ code: OptimalCode, table: Int) {
    append(0xC4, [UInt8(table >> 1 | (table & 1) << 4)] + code.lengthCounts + code.symbols)
  }

  /// SOS.
  mutating func appendScan(_ frame: EncodingFrame) {
    var contents = [UInt8(frame.components.count)]
    for (index, component) in frame.components.enumerated() {
      contents += [UInt8(index + 1), UInt8(component.tables * 0x11)]
    }
    append(0xDA, contents + [0, 63, 0])
  }
}
