/// What a manifest can say about the pixels of an output. Values that were not requested are missing.
package struct ImageFingerprints: Hashable, Sendable {
  /// The dominant color as 0xRRGGBB; nil also where all pixels are transparent.
  package var color: UInt32?
  /// See `ThumbHash`; empty if not requested.
  package var thumbHash: [UInt8] = []
  /// See `DifferenceHash`.
  package var differenceHash: UInt64?

  package init() {}
}
