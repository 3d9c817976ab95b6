/// The positions of the markers in a valid JPEG, so that tests can remove, add or damage parts.
package struct JPEGParts {
  package struct Scan {
    /// The position of the header's 0xFF.
    package let start: Int
    /// The entropy-coded data, up to the next marker other than a restart marker.
    package let data: Range<Int>
    /// The number of components, and the first coefficient, where 0 is DC.
    package let componentCount: Int
    package let firstCoefficient: Int
    /// The identifier of the scan's first component.
    package let firstComponent: UInt8
  }

  package private(set) var segments: [(marker: UInt8, start: Int, end: Int)] = []
  package private(set) var scans: [Scan] = []
  /// The position of the end marker's 0xFF.
  package private(set) var endMarker = 0

  package init(_ bytes: [UInt8]) {
    var offset = 2
    while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
      let (marker, end) = (bytes[offset + 1], offset + 2 + Int(bytes[offset + 2]) << 8 + Int(bytes[offset + 3]))
      segments.append((marker, offset, end))
      guard marker == 0xDA else {
        offset = end
        continue
      }
      var dataEnd = end
      while dataEnd + 1 < bytes.count,
        bytes[dataEnd] != 0xFF || bytes[dataEnd + 1] == 0 || (0xD0...0xD7).contains(bytes[dataEnd + 1])
      {
        dataEnd += 1
      }
      let count = Int(bytes[offset + 4])
      scans.append(
        Scan(
          start: offset, data: end..<dataEnd, componentCount: count,
          firstCoefficient: Int(bytes[offset + 5 + 2 * count]), firstComponent: bytes[offset + 5]))
      offset = dataEnd
    }
    endMarker = offset
  }

  /// The first segment of a marker.
  package func segment(_ marker: UInt8) -> Range<Int>? {
    segments.first { $0.marker == marker }.map { $0.start..<$0.end }
  }
}
