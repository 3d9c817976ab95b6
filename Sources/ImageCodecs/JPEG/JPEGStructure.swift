internal import ImageCore
internal import JPEGDecoding

/// Finds the end of a JPEG by its structure (ITU-T T.81, B.1.1 and B.2.1). Segments are skipped by their lengths, and
/// entropy-coded data up to the next marker. An end marker inside a segment, as in an EXIF preview, does not end the image.
///
/// The bytes may arrive in pieces of any size and are not stored. The contents of segments and scans are not read: only a decoder
/// can determine whether all pixels are present.
package struct JPEGStructure {
  package enum End: Hashable, Sendable {
    /// The end marker (EOI). The offset is that of the next byte, if the file has one.
    case endMarker(end: Int)
    /// The bytes at this offset are not part of a JPEG's structure: a second start marker, a reserved marker, or a segment with
    /// an invalid length. Some cameras omit the end marker and write other data after the scan, so the image may be complete. A
    /// damaged scan looks the same.
    case foreign(start: Int)
  }

  /// Nil until the end is found. A file without further bytes is then truncated.
  package private(set) var end: End?
  /// The number of scans that have started.
  package private(set) var scanCount = 0

  private var state = State.marker
  /// The number of bytes read.
  private var offset = 0
  /// Offset of the current marker.
  private var markerStart = 0

  private enum State {
    /// Between segments, before 0xFF. A sound file has no other bytes here.
    case marker
    /// In entropy-coded data, before 0xFF.
    case data
    /// After 0xFF.
    case code(inData: Bool)
    case length(marker: UInt8)
    case lowLength(marker: UInt8, high: Int)
    /// `left` bytes of a segment remain.
    case segment(marker: UInt8, left: Int)
  }

  package init() {}

  /// Whether the image ends with its end marker, after at least one scan.
  package var isComplete: Bool {
    if case .endMarker = end { scanCount > 0 } else { false }
  }

  /// The end of the JPEG in a file; nil if the file is truncated.
  package static func end(of bytes: RawSpan) -> End? {
    var structure = JPEGStructure()
    structure.read(bytes)
    return structure.end
  }

  /// Reads the next bytes of the file. The file's first bytes must be its start marker. Does nothing once the end is found.
  package mutating func read(_ bytes: RawSpan) {
    var position = 0
    while position < bytes.byteCount, end == nil {
      let next = step(bytes, position)
      offset += next - position
      position = next
    }
  }

  /// - Returns: the position after the bytes read, which are at least one.
  private mutating func step(_ bytes: RawSpan, _ position: Int) -> Int {
    let byte = bytes.byte(position)
    switch state {
    case .marker, .data:
      guard let found = bytes.firstFF(from: position) else { return bytes.byteCount }
      markerStart = offset + found - position
      if case .data = state { state = .code(inData: true) } else { state = .code(inData: false) }
      return found + 1
    case .code(let isInData):
      take(marker: byte, isInData: isInData)
    case .length(let marker):
      state = .lowLength(marker: marker, high: Int(byte) << 8)
    case .lowLength(let marker, let high):
      let left = (high | Int(byte)) - 2
      if left < 0 { end = .foreign(start: markerStart) }
      begin(marker, left)
    case .segment(let marker, let left):
      let count = min(left, bytes.byteCount - position)
      begin(marker, left - count)
      return position + count
    }
    return position + 1
  }

  private mutating func take(marker: UInt8, isInData: Bool) {
    switch marker {
    // A fill byte.
    case 0xFF: break
    // A stuffed zero in entropy-coded data (between segments, not a marker), or a restart marker.
    case 0x00, JPEGMarker.restarts: state = isInData ? .data : .marker
    case JPEGMarker.temporary: state = .marker
    case JPEGMarker.startOfImage where markerStart == 0: state = .marker
    case JPEGMarker.endOfImage: end = .endMarker(end: offset + 1)
    // Reserved markers, markers of hierarchical files, and a frame after a scan.
    case 0x02...0xBF, 0xC8, JPEGMarker.startOfImage, 0xDE, 0xDF, 0xF0...0xFD: end = .foreign(start: markerStart)
    case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
      if scanCount > 0 { end = .foreign(start: markerStart) } else { state = .length(marker: marker) }
    default: state = .length(marker: marker)
    }
  }

  /// Continues in a segment that has `left` bytes left, or after it.
  private mutating func begin(_ marker: UInt8, _ left: Int) {
    let isScan = marker == JPEGMarker.scan
    if left > 0 {
      state = .segment(marker: marker, left: left)
    } else {
      state = isScan ? .data : .marker
      scanCount += isScan ? 1 : 0
    }
  }
}
