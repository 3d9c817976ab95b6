package import ImageCodecs
package import ImageCore

/// The metadata of an image's outputs (`--metadata keep`).
package struct CarriedMetadata {
  private let byFormat: [ImageFormat: ImageMetadata]

  /// - Parameters:
  ///   - bytes: bytes of the source.
  ///   - limit: after this time the result is undefined.
  package init(_ bytes: RawSpan, _ header: ImageHeader, _ plan: ThumbnailPlan, limit: TimeLimit) {
    var byFormat: [ImageFormat: ImageMetadata] = [:]
    let isTurned = plan.outputs[0].orientation != .upright || !header.format.usesEXIFOrientation
    for encoding in plan.encodings where byFormat[encoding.format] == nil {
      byFormat[encoding.format] = ImageMetadata(
        bytes, format: header.format, profileByteCount: encoding.profile?.count ?? 0, limit: limit
      ).fitted(isTurned: isTurned).storable(in: encoding.format)
    }
    self.byFormat = byFormat
  }

  /// Notices about metadata that an output of the plan lacks.
  package func notes(_ plan: ThumbnailPlan) -> [ConversionNotice] {
    let found = plan.outputs.reduce(into: Set()) { $0.formUnion(byFormat[$1.encode.format]?.notes ?? []) }
    return ConversionNotice.allCases.filter(found.contains)
  }

  /// The metadata of one output, with its size.
  package subscript(output: OutputPlan) -> ImageMetadata {
    byFormat[output.encode.format, default: ImageMetadata()].sized(output.placement.canvas)
  }

  /// Size of the largest metadata of an output.
  package var byteCount: Int { byFormat.values.reduce(0) { max($0, $1.byteCount) } }
}
