/// Which files are taken, as far as their markers tell.
extension ScaledDecoder {
  /// Scans that are read at once, at most; honest files have 15 of them.
  static let mostScans = 100

  /// - Parameter mostScans: 0 for no limit but this decoder's own.
  static func accepted(_ bytes: RawSpan, mostScans: Int) throws(Declined) -> ParsedFile {
    // No more than are taken: what is known of a scan takes memory.
    let most = mostScans > 0 ? min(mostScans, ScaledDecoder.mostScans) : ScaledDecoder.mostScans
    let file = try Parser.parse(bytes, mostScans: most)
    let luma = file.frame.components[0]
    guard luma.across == file.frame.mostAcross, luma.down == file.frame.mostDown else { throw .kind }
    return file
  }

  /// Why a file is declined whatever its data are; nil where it is taken unless they turn out to be damaged or unusual.
  ///
  /// Only markers and tables are looked at; between them is a search for the next 0xFF.
  package static func refusal(of bytes: UnsafeRawBufferPointer, mostScans: Int) -> Declined? {
    do throws(Declined) {
      _ = try unsafe accepted(bytes.bytes, mostScans: mostScans)
      return nil
    } catch {
      return error
    }
  }
}
