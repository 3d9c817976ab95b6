package import ImageCodecs
internal import ImageCore

extension ImageHeader {
  /// A preview that is shrunk to less than half is as sharp in the output as a larger one.
  private static let minReduction = 2.0

  /// The header of the preview of a raw file of which outputs are made: the smallest that has at least twice the size of each
  /// output, else the largest, with a notice if an output should be larger. For other formats this header.
  package func chosen(for options: ThumbnailOptions) -> ImageHeader {
    guard format == .raw else { return self }
    if let smaller = smallerPreviews.first(where: { $0.reduction(options) >= ImageHeader.minReduction }) {
      return smaller
    }
    var header = self
    header.smallerPreviews = []
    if reduction(options) < 1 { header.notes.append(.preview) }
    return header
  }

  /// The smallest ratio of a side of this image to that of an output, before this was rounded up by at most half a pixel; 1 for
  /// outputs whose size follows from that of the image.
  private func reduction(_ options: ThumbnailOptions) -> Double {
    let upright = options.orientation == .apply ? uprightSize : size
    let ratios = options.sizes.map { request in
      if case .percent = request { return 1.0 }
      let placement = upright.placed(
        in: request, fit: options.fit, gravity: options.gravity, upscaling: .allowed)
      return min(
        placement.crop.width / (Double(placement.image.width) - 0.5),
        placement.crop.height / (Double(placement.image.height) - 0.5))
    }
    return ratios.min() ?? 1
  }
}
