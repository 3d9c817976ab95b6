package import ImageCore

/// Finds out from the structure of a file whether all of it is there. Its bytes may come in pieces of any size.
package struct FileStructure {
  package enum Extent: Hashable, Sendable {
    case whole
    case cut
    /// Only a decoder can tell.
    case unclear
  }

  private var state: State

  private enum State {
    case jpeg(JPEGStructure)
    case png(PNGStructure)
    /// A file whose start tells its length, and how many bytes came.
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

  /// Of the file whose last bytes were read.
  package var extent: Extent {
    switch state {
    case .jpeg(let structure):
      // Cameras that leave out the end marker write something else behind the scan; damage looks the same.
      if case .foreign = structure.end { return .unclear }
      return structure.isComplete ? .whole : .cut
    case .png(let structure): return structure.isComplete ? .whole : .cut
    case .length(let start, let byteCount):
      // RIFF: the length of what follows it, the least byte first.
      guard start.count == 8 else { return .cut }
      return byteCount >= 8 + start[4...].reversed().reduce(0) { $0 << 8 | Int($1) } ? .whole : .cut
    }
  }
}

/// Walks from chunk to chunk of a PNG (PNG specification, 5.3), so that `IEND` inside a chunk ends nothing.
struct PNGStructure {
  /// The image ends by its last chunk, behind image data.
  private(set) var isComplete = false
  private var hasData = false
  /// Bytes of the signature, of a chunk's data or its check that are passed over before the next chunk starts.
  private var left = 8
  private var head: [UInt8] = []
  private var isLast = false

  mutating func read(_ piece: ArraySlice<UInt8>) {
    var rest = piece
    while !isComplete {
      let passed = min(left, rest.count)
      left -= passed
      rest = rest.dropFirst(passed)
      guard left == 0 else { return }
      if isLast {
        isComplete = hasData
        return
      }
      let count = min(8 - head.count, rest.count)
      head += rest.prefix(count)
      rest = rest.dropFirst(count)
      guard head.count == 8 else { return }
      begin()
    }
  }

  private mutating func begin() {
    let name = head[4...]
    hasData = hasData || name.elementsEqual("IDAT".utf8)
    isLast = name.elementsEqual("IEND".utf8)
    // The data, and four bytes that check it.
    left = head[..<4].reduce(0) { $0 << 8 | Int($1) } + 4
    head.removeAll(keepingCapacity: true)
  }
}
