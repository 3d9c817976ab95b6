package import ImageCore

/// Determines from the structure of a file whether it is complete. The bytes may arrive in pieces of any size.
package struct FileStructure {
  package enum Extent: Hashable, Sendable {
    case whole
    case cut
    /// Only a decoder can determine it.
    case unclear
  }

  private var reader: any StructureReader

  package init(_ format: ImageFormat) { reader = format.codec.makeStructureReader() }

  package mutating func read(_ piece: ArraySlice<UInt8>) { reader.read(piece) }

  /// The extent of the file. Valid after its last bytes were read.
  package var extent: Extent { reader.extent }
}

/// Follows the structure of a file in one format.
protocol StructureReader {
  mutating func read(_ piece: ArraySlice<UInt8>)
  var extent: FileStructure.Extent { get }
}

/// For a format whose structure does not show the end.
struct UnclearStructure: StructureReader {
  func read(_ piece: ArraySlice<UInt8>) {}

  var extent: FileStructure.Extent { .unclear }
}
