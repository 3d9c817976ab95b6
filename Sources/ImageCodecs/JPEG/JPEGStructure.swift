internal import Glibc

/// Finds where a JPEG ends by its structure: segments are passed over by their lengths, and entropy-coded data up to the
/// next marker (ITU-T T.81, B.1.1 and B.2.1). Bytes that look like an end marker inside a segment, as those of an EXIF
/// preview do, end nothing.
///
/// The bytes may come in pieces of any size, so a file of any length takes no memory. What segments and scans say is not
/// looked at: whether all pixels are there is for a decoder to tell.
package struct JPEGStructure {
  package enum End: Hashable, Sendable {
    /// The end marker (EOI). The file goes on behind it, or not, at this offset.
    case endMarker(end: Int)
    /// Something at this offset that is no part of a JPEG's structure: a second start of an image, a reserved marker, or a
    /// segment without a length. Cameras leave out the end marker and write something else behind the scan, so the
    /// image may well be complete; a damaged scan looks the same.
    case foreign(start: Int)
  }

  /// Nil while the structure goes on: a file that has no more bytes then is cut.
  package private(set) var end: End?
  /// Scans that have begun.
  package private(set) var scanCount = 0

  private var state = State.marker
  /// Bytes that have been read.
  private var offset = 0
  /// Where the marker in hand begins.
  private var markerStart = 0

  private enum State {
    /// The bytes between segments, which are to be none, up to 0xFF.
    case marker
    /// Entropy-coded data, up to 0xFF.
    case data
    /// Behind 0xFF.
    case code(inData: Bool)
    case length(marker: UInt8)
    case lowLength(marker: UInt8, high: Int)
    /// So many bytes of a segment are left.
    case segment(marker: UInt8, left: Int)
  }

  package init() {}

  /// Whether the image ends by its end marker, behind at least one scan.
  package var isComplete: Bool {
    if case .endMarker = end { scanCount > 0 } else { false }
  }

  /// Where a file's JPEG ends; nil where the file is cut.
  package static func end(of bytes: RawSpan) -> End? {
    var structure = JPEGStructure()
    structure.read(bytes)
    return structure.end
  }

  /// Takes the next bytes of the file, the first of which are its start marker. Does nothing once the end is found.
  package mutating func read(_ bytes: RawSpan) {
    var position = 0
    while position < bytes.byteCount, end == nil {
      let next = step(bytes, position)
      offset += next - position
      position = next
    }
  }

  /// - Returns: the place behind what was read, at least one byte.
  private mutating func step(_ bytes: RawSpan, _ position: Int) -> Int {
    // SAFETY: any byte is a UInt8, and the load checks its bounds.
    let byte = unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
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
    // A stuffed byte of data; between segments, no marker. A restart marker.
    case 0x00, 0xD0...0xD7: state = isInData ? .data : .marker
    // TEM, and the start of the image.
    case 0x01: state = .marker
    case 0xD8 where markerStart == 0: state = .marker
    case 0xD9: end = .endMarker(end: offset + 1)
    // The reserved ones, what only hierarchical files have, and a frame behind a scan.
    case 0x02...0xBF, 0xC8, 0xD8, 0xDE, 0xDF, 0xF0...0xFD: end = .foreign(start: markerStart)
    case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
      if scanCount > 0 { end = .foreign(start: markerStart) } else { state = .length(marker: marker) }
    default: state = .length(marker: marker)
    }
  }

  /// Goes on in a segment of which so many bytes are left, or behind it.
  private mutating func begin(_ marker: UInt8, _ left: Int) {
    let isScan = marker == 0xDA
    if left > 0 {
      state = .segment(marker: marker, left: left)
    } else {
      state = isScan ? .data : .marker
      scanCount += isScan ? 1 : 0
    }
  }
}

extension RawSpan {
  fileprivate func firstFF(from start: Int) -> Int? {
    unsafe withUnsafeBytes { bytes in
      // SAFETY: `start < byteCount`, and so many bytes are there.
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + start, 0xFF, byteCount - start) else {
        return nil
      }
      return unsafe UnsafeRawPointer(found) - base
    }
  }
}
