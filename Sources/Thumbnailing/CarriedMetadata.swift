package import ImageCodecs
package import ImageCore

/// The metadata of a picture's outputs (`--metadata keep`).
package struct CarriedMetadata {
  private let byFormat: [ImageFormat: PictureMetadata]
  /// What was left out of any output.
  package let notes: [PictureNote]

  /// - Parameters:
  ///   - bytes: of the source.
  ///   - limit: once it is over, what is read is undefined.
  package init(_ bytes: UnsafeRawBufferPointer, _ header: ImageHeader, _ plan: ThumbnailPlan, limit: TimeLimit) {
    let first = plan.outputs[0]
    let metadata = unsafe PictureMetadata(
      bytes, format: header.format, profileByteCount: first.colour.profile?.count ?? 0, limit: limit
    ).fitted(isTurned: first.orientation != .upright)
    let formats = Set(plan.outputs.map(\.encode.format))
    byFormat = Dictionary(uniqueKeysWithValues: formats.map { ($0, metadata.storable(in: $0)) })
    let found = byFormat.values.reduce(into: Set()) { $0.formUnion($1.notes) }
    notes = PictureNote.allCases.filter(found.contains)
  }

  /// Those of one output, which say its size.
  package subscript(output: OutputPlan) -> PictureMetadata {
    byFormat[output.encode.format, default: PictureMetadata()].sized(output.placement.canvas)
  }

  /// The most that an output has.
  package var byteCount: Int { byFormat.values.reduce(0) { max($0, $1.byteCount) } }
}
