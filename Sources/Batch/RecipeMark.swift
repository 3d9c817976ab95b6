internal import Codecs

/// Recipes as numbers for the journal: a picture is up to date only where its number is what it would be now.
package struct RecipeMark: Sendable {
  /// One for each format.
  private let marks: [ImageFormat: Marks]

  private struct Marks: Sendable {
    let written: UInt64
    let failed: UInt64
  }

  package init(_ recipe: Recipe) {
    let marks = ImageFormat.allCases.map { format in
      var lasting = recipe
      // How an output comes under its name changes none of its bytes, nor does the decoder.
      lasting.existing = .overwrite
      lasting.durability = .ordinary
      lasting.clocks = .wall
      lasting.decoder = .auto
      let failed = RecipeMark.hash(lasting, format)
      // Nor do limits, once a picture stays below them; but one that failed may come through with others.
      lasting.limits = DecodeLimits()
      return (format, Marks(written: RecipeMark.hash(lasting, format), failed: failed))
    }
    self.marks = Dictionary(uniqueKeysWithValues: marks)
  }

  /// One for the whole run.
  package var common: UInt64 {
    ImageFormat.allCases.reversed().reduce(0) { ($0 &* 31) ^ (marks[$1]?.written ?? 0) }
  }

  func value(for format: ImageFormat, _ outcome: JournalOutcome) -> UInt64 {
    guard let marks = marks[format] else { preconditionFailure("every format has its marks") }
    return if case .written = outcome { marks.written } else { marks.failed }
  }

  /// Over the form that goes to worker processes: it has every field, new ones too.
  private static func hash(_ recipe: Recipe, _ format: ImageFormat) -> UInt64 {
    var wire = WireWriter()
    recipe.write(to: &wire)
    wire.write(format.rawValue)
    var hash = FNVHash()
    hash.add(wire.bytes)
    return hash.value
  }
}
