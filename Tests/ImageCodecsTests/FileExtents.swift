@testable import ImageCodecs
@testable import ImageCore

/// The extent of a file by its structure, which is read in pieces of this many bytes.
func extent(_ bytes: [UInt8], _ format: ImageFormat, pieces: Int) -> FileStructure.Extent {
  var structure = FileStructure(format)
  for start in stride(from: 0, to: bytes.count, by: pieces) {
    structure.read(bytes[start..<min(start + pieces, bytes.count)])
  }
  return structure.extent
}
