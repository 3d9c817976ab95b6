/// How far a JPEG decoder may shrink an image by scaled DCT (`--shrink`).
package enum ShrinkRule: String, CaseIterable, Sendable {
  /// Leaves the resampler a factor of at least 2, so that its filter determines the result.
  case safe
  /// Leaves the resampler a factor of at least 1: faster, softer and with some aliasing.
  case fast
  case off
}

/// Chroma resolution of a JPEG relative to its luma.
package enum ChromaSubsampling: String, CaseIterable, Sendable {
  /// 4:2:0 below `minFineQuality`, else 4:4:4.
  case auto
  case half = "420"
  case halfWidth = "422"
  case none = "444"

  /// The lowest quality at which `auto` is 4:4:4.
  package static let minFineQuality = 90

  /// Luma samples per chroma sample, across and down.
  package func factors(quality: Int) -> (horizontal: Int, vertical: Int) {
    switch self {
    case .auto: quality < ChromaSubsampling.minFineQuality ? (2, 2) : (1, 1)
    case .half: (2, 2)
    case .halfWidth: (2, 1)
    case .none: (1, 1)
    }
  }
}

package struct JPEGOptions: Hashable, Sendable {
  /// 1...100, libjpeg's scale.
  package var quality = 80
  package var subsampling: ChromaSubsampling = .auto
  package var scans: JPEGScans = .baseline

  /// Luma samples per chroma sample, across and down.
  package var chromaFactors: (horizontal: Int, vertical: Int) { subsampling.factors(quality: quality) }

  package init() {}
}

package enum JPEGScans: String, Sendable { case baseline, progressive }

package struct PNGOptions: Hashable, Sendable {
  /// 0...9, on zlib's scale. At 3 files are smaller than those of OpenCV and libvips by default, in a third of the time of 6.
  package var level = 3
  package static let maxLevel = 9

  package init() {}
}

package struct WebPOptions: Hashable, Sendable {
  package var coding: WebPCoding = .lossy

  package init() {}
}

package enum WebPCoding: String, Sendable {
  /// Colors of the quality of the options, alpha without loss.
  case lossy
  case lossless
}

/// Limits on the cost of decoding a source. Sizes are checked in 64 bits against the header, before pixels are allocated.
package struct DecodeLimits: Hashable, Sendable {
  /// Width times height as stored. The default is that of libvips and sharp.
  package var pixelCount = 268_402_689
  package var fileByteCount = 512 << 20
  /// Scans of a progressive JPEG. Ordinary files have at most 15.
  package var scanCount = 100
  /// Bytes that a codec library may allocate for one image, as far as this can be limited or predicted; 0 for no limit.
  package var memoryByteCount = 0
  /// The time by which the image must be decoded, in nanoseconds on the clock of `TimeLimit`; 0 for none.
  package var deadline: UInt64 = 0
  /// Whether a worker process may decode by libraries that are opened at run time even if its system calls are not filtered.
  package var allowsUnconfined = false

  package init() {}
}
