/// How much a JPEG decoder may shrink an image by itself, by scaled DCT (`--shrink`).
package enum ShrinkRule: String, CaseIterable, Sendable {
  /// Leaves the resampler a factor of at least 2, which keeps it in charge of what is seen.
  case safe
  /// Down to a factor of 1: faster, softer and with some aliasing.
  case fast
  case off
}

/// Chroma resolution of a JPEG relative to its luma.
package enum ChromaSubsampling: String, CaseIterable, Sendable {
  /// 4:2:0 below quality 90, else 4:4:4.
  case auto
  case half = "420"
  case halfWidth = "422"
  case none = "444"

  /// Luma samples for one of chroma, across and down.
  package func factors(quality: Int) -> (horizontal: Int, vertical: Int) {
    switch self {
    case .auto: quality < 90 ? (2, 2) : (1, 1)
    case .half: (2, 2)
    case .halfWidth: (2, 1)
    case .none: (1, 1)
    }
  }
}

package struct JPEGOptions: Hashable, Sendable {
  /// 1...100, the scale of libjpeg.
  package var quality = 80
  package var subsampling: ChromaSubsampling = .auto
  package var scans: JPEGScans = .baseline

  package init() {}
}

package enum JPEGScans: String, Sendable { case baseline, progressive }

package struct PNGOptions: Hashable, Sendable {
  /// 0...9, the scale of zlib.
  package var level = 6

  package init() {}
}

/// What a source may cost before its pixels are allocated. Checked on the header, in 64 bits.
package struct DecodeLimits: Hashable, Sendable {
  /// Width times height as stored. The default is libvips's and sharp's.
  package var pixelCount = 268_402_689
  package var fileByteCount = 512 << 20
  /// Of a progressive JPEG: honest ones have 15 at most.
  package var scanCount = 100
  /// What a library may allocate for one image, as far as it can be told; 0 for no limit.
  package var memoryByteCount = 0
  /// When the image has to be done, on the clock of `TimeLimit` in nanoseconds; 0 for never.
  package var deadline: UInt64 = 0

  package init() {}
}
