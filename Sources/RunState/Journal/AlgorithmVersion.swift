package import ImageCore

/// The version of what makes an output of a source by given options. The journal keeps it, so that `--existing update` and
/// `--resume` make again what an upgrade would make otherwise.
///
/// Raise `pixels` with every change after which some source comes out with other pixels, another profile or other metadata,
/// or passes where it failed before or the other way round: in a decoder, the color conversion, the resampler, the plan, or
/// a default. Raise the version of a format's encoder where only that format's outputs change, be it in their bytes alone.
/// A faster way to the same bytes raises nothing. Versions of libraries (libjpeg-turbo, libpng, libdeflate, libwebp, Little
/// CMS) do not count: their updates come too often to make everything again for rounding.
package struct AlgorithmVersion: Hashable, Sendable {
  /// All before the encoder.
  package let pixels: Int
  package let encoder: Int

  /// 1 was all up to 0.1, whose journals kept no version.
  private static let currentPixels = 2

  package init(pixels: Int, encoder: Int) {
    self.pixels = pixels
    self.encoder = encoder
  }

  /// - Parameter format: of the output.
  package init(of format: ImageFormat) {
    let encoder =
      switch format {
      case .jpeg: 1
      case .png: 1
      #if WebP
        case .webp: 1
      #endif
      }
    self.init(pixels: AlgorithmVersion.currentPixels, encoder: encoder)
  }

  /// Of what was made before versions were kept, or is no image of this program's making, such as a download.
  static let none = AlgorithmVersion(pixels: 0, encoder: 0)

  package var text: String { "\(pixels).\(encoder)" }

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let pixels = parts[0], let encoder = parts[1] else { return nil }
    self.init(pixels: pixels, encoder: encoder)
  }
}
