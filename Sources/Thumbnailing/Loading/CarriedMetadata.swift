package import ImageCodecs
package import ImageCore

/// The metadata of an image's outputs (`--metadata keep`).
package struct CarriedMetadata {
  private let byFormat: [ImageFormat: ImageMetadata]
  /// Notices about metadata that an output lacks.
  package let notes: [ConversionNotice]

  /// - Parameters:
  ///   - bytes: bytes of the source.
  ///   - limit: after this time the result is undefined.
  package init(_ bytes: RawSpan, _ header: ImageHeader, _ plan: ThumbnailPlan, limit: TimeLimit) {
    let first = plan.outputs[0]
    let metadata = ImageMetadata(
      bytes, format: header.format, profileByteCount: first.color.profile?.count ?? 0, limit: limit
    ).fitted(isTurned: first.orientation != .upright)
    let formats = Set(plan.outputs.map(\.encode.format))
    byFormat = Dictionary(uniqueKeysWithValues: formats.map { ($0, metadata.storable(in: $0)) })
    let found = byFormat.values.reduce(into: Set()) { $0.formUnion($1.notes) }
    notes = ConversionNotice.allCases.filter(found.contains)
  }

  /// The metadata of one output, with its size.
  package subscript(output: OutputPlan) -> ImageMetadata {
    byFormat[output.encode.format, default: ImageMetadata()].sized(output.placement.canvas)
  }

  /// Size of the largest metadata of an output.
  package var byteCount: Int { byFormat.values.reduce(0) { max($0, $1.byteCount) } }
}
