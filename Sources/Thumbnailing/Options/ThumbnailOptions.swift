package import ImageCodecs
package import ImageCore
package import SystemSupport

/// How images are processed. `ThumbnailOptions.fields` lists the properties, and which of them change the bytes of an output.
package struct ThumbnailOptions: Hashable, Sendable {
  /// One size per output of an image; empty for a single output at full size.
  package var sizes: [SizeRequest] = [.box(width: 256, height: 256)]
  package var format: FormatRule = .planned
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
  /// The color behind transparent pixels if the output has no alpha, 8 bits per channel.
  package var background = Background.white
  package var padding: PaddingRule = .automatic
  package var jpeg = JPEGOptions()
  package var png = PNGOptions()
  package var webp = WebPOptions()
  package var outputLimit = OutputLimit()
  package var fingerprints: FingerprintKinds = []
  package var existing: ExistingOutput = .overwrite
  package var durability: Durability = .ordinary
  package var clocks: StageClocks = .wall
  package var tolerance: DamageTolerance = .damageFails
  package var limits = DecodeLimits()
  /// Changes no pixel.
  package var decoder: JPEGDecoderChoice = .auto

  package init() {}

  /// The first size; nil for full size.
  package var size: SizeRequest? {
    get { sizes.first }
    set { sizes = newValue.map { [$0] } ?? [] }
  }
}

/// How the format of an output is determined.
package enum FormatRule: String, Sendable {
  /// Before the image is read, by its name and `--format`.
  case planned
  /// `--format auto`: JPEG if every pixel of the output is opaque and a JPEG can be as large, else PNG.
  case byOpacity = "auto"
}

package enum ColorRequest: String, Sendable { case asSource, gray }

/// How an image is padded that does not fill its box.
package enum PaddingRule: String, Sendable {
  /// Transparent if the output has alpha, otherwise the background color.
  case automatic
  case background
}

package enum OrientationRule: String, Sendable { case apply, ignore }

package enum ProfileRule: String, CaseIterable, Sendable {
  case keep
  /// Convert the colors to sRGB, so that the profile is not needed.
  case srgb
  case strip
}

/// What happens to EXIF, XMP and the text chunks of a PNG.
package enum MetadataRule: String, CaseIterable, Sendable {
  /// Drop all metadata, including the GPS position.
  case none
  case keep
}

/// The values that are averaged in resampling.
package enum LightRule: String, Sendable {
  /// The stored values, as in most programs.
  case asStored
  /// The amounts of light that the values represent, as in optics (`--linear`). Decoders do not shrink then.
  case linear
}

/// The clocks that measure stages.
package enum StageClocks: String, Sendable {
  case wall
  /// CPU time in addition, for `profile`.
  case wallAndProcessor
}

/// Which decoder messages fail an image (`--fail-on`).
package enum DamageTolerance: String, CaseIterable, Sendable {
  /// Truncated or corrupt pixels fail.
  case damageFails = "damage"
  /// Any warning fails.
  case warningFails = "warning"
  /// All pixels that can be decoded are used.
  case nothingFails = "never"

  /// Throws the damage or warning in the report, unless this rule accepts it.
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
