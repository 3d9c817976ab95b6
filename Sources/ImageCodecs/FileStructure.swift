package import ImageCore

/// Determines from the structure of a file whether it is complete. The bytes may arrive in pieces of any size.
package struct FileStructure {
  package enum Extent: Hashable, Sendable {
    case whole
    case cut
    /// Only a decoder can determine it.
    case unclear
  }

  private var state: State

  private enum State {
    case jpeg(JPEGStructure)
    case png(PNGStructure)
    /// A file whose first bytes contain its length, and the number of bytes read so far.
    case length(start: [UInt8], byteCount: Int)
  }

  package init(_ format: ImageFormat) {
    switch format {
    case .jpeg: state = .jpeg(JPEGStructure())
    case .png: state = .png(PNGStructure())
    #if WebP
      case .webp: state = .length(start: [], byteCount: 0)
    #endif
    }
  }

  package mutating func read(_ piece: ArraySlice<UInt8>) {
    switch state {
    case .jpeg(var structure):
      unsafe structure.read(piece.span.bytes)
      state = .jpeg(structure)
    case .png(var structure):
      structure.read(piece)
      state = .png(structure)
    case .length(let start, let byteCount):
      state = .length(start: start + piece.prefix(8 - start.count), byteCount: byteCount + piece.count)
    }
  }

  /// The extent of the file. Valid after its last bytes were read.
  package var extent: Extent {
    switch state {
    case .jpeg(let structure):
      // Some cameras omit the end marker and write other data after the scan. Damage looks the same.
      if case .foreign = structure.end { return .unclear }
      return structure.isComplete ? .whole : .cut
    case .png(let structure): return structure.isComplete ? .whole : .cut
    case .length(let start, let byteCount):
      // RIFF: bytes 4 to 7 contain the number of bytes that follow them, in little-endian order.
      guard start.count == 8 else { return .cut }
      return byteCount >= 8 + start[4...].reversed().reduce(0) { $0 << 8 | Int($1) } ? .whole : .cut
    }
  }
}
