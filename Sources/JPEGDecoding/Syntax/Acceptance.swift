/// Decides from the markers whether this decoder accepts a file.
extension ScaledDecoder {
  /// Maximum number of scans that are read at once. Ordinary files have up to 15.
  package static let maxScans = 100

  /// - Parameter maxScans: 0 for no limit except this decoder's own.
  static func accepted(_ bytes: RawSpan, maxScans: Int) throws(Unsupported) -> ParsedFile {
    // The parser stops at the limit because each scan header takes memory.
    let maximum = maxScans > 0 ? min(maxScans, ScaledDecoder.maxScans) : ScaledDecoder.maxScans
    let file = try Parser.parse(bytes, maxScans: maximum)
    guard file.frame.components[0].factors == file.frame.maxFactors else { throw .kind }
    return file
  }

  /// Why a file is declined from its markers and tables alone. Nil means accepted, unless the entropy-coded data turn out to be
  /// damaged or unusual.
  ///
  /// Reads only markers and tables, and searches for the next 0xFF between them.
  package static func refusal(of bytes: UnsafeRawBufferPointer, maxScans: Int) -> Unsupported? {
    do throws(Unsupported) {
      _ = try unsafe accepted(bytes.bytes, maxScans: maxScans)
      return nil
    } catch {
      return error
    }
  }
}
