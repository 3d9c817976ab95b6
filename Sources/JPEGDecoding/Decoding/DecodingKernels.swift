/// The loops of a decoding, entropy decoding and inverse DCT, in the build for one instruction set.
package protocol DecodingKernels: SendableMetatype {
  /// Upper bound of the scratch that a band of the file takes, in bytes.
  /// - Parameter workers: threads per band.
  static func scratchByteCount(_ file: ParsedFile, workers: Int) -> Int

  /// The decoder of one band.
  /// - Parameters:
  ///   - file: the band, with the data of its scans.
  ///   - workers: threads that decode the band.
  ///   - planes: one per component, or one for luma alone. They must stay valid as long as the decoder, as must the next two.
  ///   - source: the bytes of the whole file.
  ///   - scratch: of `scratchByteCount` bytes.
  @unsafe static func decoder(
    of file: ParsedFile, _ request: ScaledDecoder.Request, workers: Int, planes: [ScaledPlane],
    source: UnsafeRawPointer,
    scratch: UnsafeMutableRawBufferPointer
  ) throws(Unsupported) -> any BandDecoder
}

/// Decodes the rows of MCUs of a band in order: all of a row at once, or in stages.
package protocol BandDecoder: AnyObject {
  func decode(_ row: MCURow) throws(Unsupported)

  /// Stages that each row passes in order when several threads decode a band.
  var stageCount: Int { get }

  /// Several threads may call this at once, each for another stage. A stage must see the rows in order.
  func decode(stage: Int, _ row: MCURow) throws(Unsupported)

  /// Checks that the data end after the last row.
  func finish() throws(Unsupported)
}
