/// The codes of markers, the second byte after 0xFF (ITU-T T.81, table B.1).
package enum JPEGMarker {
  /// TEM.
  package static let temporary: UInt8 = 0x01
  /// SOF0, SOF1 and SOF2.
  static let baselineFrame: UInt8 = 0xC0
  static let extendedFrame: UInt8 = 0xC1
  static let progressiveFrame: UInt8 = 0xC2
  /// DHT.
  static let huffmanTables: UInt8 = 0xC4
  /// RST0 to RST7.
  package static let restarts: ClosedRange<UInt8> = 0xD0...0xD7
  /// SOI.
  package static let startOfImage: UInt8 = 0xD8
  /// EOI.
  package static let endOfImage: UInt8 = 0xD9
  /// SOS.
  package static let scan: UInt8 = 0xDA
  /// DQT.
  static let quantizationTables: UInt8 = 0xDB
  /// DRI.
  static let restartInterval: UInt8 = 0xDD
  /// APP0 with JFIF, APP1 with EXIF and XMP, APP2 with profiles and gain maps, APP14 with Adobe's color transform, APP15.
  static let app0: UInt8 = 0xE0
  package static let app1: UInt8 = 0xE1
  package static let app2: UInt8 = 0xE2
  static let app14: UInt8 = 0xEE
  static let app15: UInt8 = 0xEF
  /// COM.
  static let comment: UInt8 = 0xFE
}
