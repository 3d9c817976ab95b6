package import ImageCore

/// The version of the algorithms that turn a source and options into an output. The journal stores it, so that `--existing
/// update` and `--resume` redo the outputs that an upgrade changes.
///
/// Raise `pixels` with every change that gives any source other pixels, another profile or other metadata, or that turns a
/// failure into a success or the reverse: in a decoder, the color conversion, the resampler, the plan, or a default. Raise the
/// `encoderVersion` of a format if only outputs in that format change, even if only their bytes do. Do not raise anything for a
/// faster way to the same bytes. Versions of libraries (libjpeg-turbo, libpng, libdeflate, libwebp, Little CMS) do not count:
/// they are updated too often to redo all outputs for rounding differences.
package struct AlgorithmVersion: Hashable, Sendable {
  /// Version of all steps before the encoder.
  package let pixels: Int
  package let encoder: Int

  /// 1 stands for all versions up to 0.1, whose journals contain no version.
  private static let currentPixels = 2

  package init(pixels: Int, encoder: Int) {
    self.pixels = pixels
    self.encoder = encoder
  }

  /// - Parameter format: format of the output.
  package init(of format: ImageFormat) {
    self.init(pixels: AlgorithmVersion.currentPixels, encoder: format.encoderVersion)
  }

  /// For outputs made before the journal contained versions, and for files that this program did not encode, such as downloads.
  static let none = AlgorithmVersion(pixels: 0, encoder: 0)

  package var text: String { "\(pixels).\(encoder)" }

  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let pixels = parts[0], let encoder = parts[1] else { return nil }
    self.init(pixels: pixels, encoder: encoder)
  }
}
