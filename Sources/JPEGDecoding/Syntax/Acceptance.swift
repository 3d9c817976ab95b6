/// Which files are taken, as far as their markers tell.
extension ScaledDecoder {
  /// Scans that are read at once, at most; honest files have 15 of them.
  static let maxScans = 100

  /// - Parameter mostScans: 0 for no limit but this decoder's own.
  static func accepted(_ bytes: RawSpan, maxScans: Int) throws(Unsupported) -> ParsedFile {
    // No more than are taken: what is known of a scan takes memory.
    let maximum = maxScans > 0 ? min(maxScans, ScaledDecoder.maxScans) : ScaledDecoder.maxScans
    let file = try Parser.parse(bytes, maxScans: maximum)
    let luma = file.frame.components[0]
    guard luma.across == file.frame.maxAcross, luma.down == file.frame.maxDown else { throw .kind }
    return file
  }

  /// Why a file is declined whatever its data are; nil where it is taken unless they turn out to be damaged or unusual.
  ///
  /// Only markers and tables are looked at; between them is a search for the next 0xFF.
  package static func refusal(of bytes: UnsafeRawBufferPointer, maxScans: Int) -> Unsupported? {
    do throws(Unsupported) {
      _ = try unsafe accepted(bytes.bytes, maxScans: maxScans)
      return nil
    } catch {
      return error
    }
  }
}
