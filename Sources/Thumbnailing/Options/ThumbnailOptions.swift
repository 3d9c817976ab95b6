package import ImageCodecs
package import ImageCore
package import SystemSupport

/// What is done to each image. `ThumbnailOptions.fields` lists the properties, and says which of them change the bytes of an output.
package struct ThumbnailOptions: Hashable, Sendable {
  /// One for each output of an image; empty for a single one at full size.
  package var sizes: [SizeRequest] = [.box(width: 256, height: 256)]
  package var fit: Fit = .inside
  package var gravity: Gravity = .center
  package var upscale: Upscaling = .never
  package var kernel: Kernel = .lanczos3
  package var color: ColorRequest = .asSource
  package var gray: GrayKind = .luma601
  package var light: LightRule = .asStored
  package var shrink: ShrinkRule = .safe
  package var orientation: OrientationRule = .apply
  package var profile: ProfileRule = .keep
  package var metadata: MetadataRule = .none
  /// Laid under transparent pixels where the output has no alpha, 8 bits a channel.
  package var background = Background.white
  package var padding: PaddingRule = .automatic
  package var jpeg = JPEGOptions()
  package var png = PNGOptions()
  package var existing: ExistingOutput = .overwrite
  package var durability: Durability = .ordinary
  package var clocks: StageClocks = .wall
  package var tolerance: DamageTolerance = .damageFails
  package var limits = DecodeLimits()
  /// Changes no pixel.
  package var decoder: JPEGDecoderChoice = .auto

  package init() {}

  /// The only size, where there is one; nil for full size.
  package var size: SizeRequest? {
    get { sizes.first }
    set { sizes = newValue.map { [$0] } ?? [] }
  }
}

package enum ColorRequest: String, Sendable { case asSource, gray }

/// What an image that leaves part of its box free is padded with.
package enum PaddingRule: String, Sendable {
  /// Nothing, where the output has alpha; else the background.
  case automatic
  case background
}

package enum OrientationRule: String, Sendable { case apply, ignore }

package enum ProfileRule: String, CaseIterable, Sendable {
  case keep
  /// Colors are converted, and the profile is not needed any more.
  case srgb
  case strip
}

/// What becomes of EXIF, XMP and a PNG's texts.
package enum MetadataRule: String, CaseIterable, Sendable {
  /// All are dropped, the place where the image was taken with them.
  case none
  case keep
}

/// What is averaged when an image is resampled.
package enum LightRule: String, Sendable {
  /// The values as they are stored: what most programs do.
  case asStored
  /// The amounts of light that they stand for, as lenses and eyes do (`--linear`). Decoders then do not shrink.
  case linear
}

/// What stages are timed by.
package enum StageClocks: String, Sendable {
  case wall
  /// By processor time too, for `profile`.
  case wallAndProcessor
}

/// Which of a decoder's complaints fail an image (`--fail-on`).
package enum DamageTolerance: String, CaseIterable, Sendable {
  /// Truncated or corrupt pixels fail.
  case damageFails = "damage"
  /// Any warning fails.
  case warningFails = "warning"
  /// Whatever pixels there are, are used.
  case nothingFails = "never"

  /// Throws what a decoding has to say, where that is not put up with.
  package func check(_ report: DecodeReport) throws(CodecError) {
    switch self {
    case .nothingFails: return
    case .warningFails where report.damage == nil && report.warningCount > 0:
      throw .corrupt("the decoder warns: \(report.firstNote)")
    case .warningFails, .damageFails:
      if let damage = report.damage { throw damage }
    }
  }
}
