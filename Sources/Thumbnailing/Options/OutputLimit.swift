/// The largest file that an output may be, and how far its quality may be lowered for that.
package struct OutputLimit: Hashable, Sendable {
  /// 0 for no limit.
  package var byteCount = 0
  /// The lowest quality of a JPEG or WebP. The quality of the options is the highest.
  package var minQuality = 40

  package init() {}

  package var isSet: Bool { byteCount > 0 }
}
