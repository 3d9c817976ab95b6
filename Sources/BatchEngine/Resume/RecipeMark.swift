internal import ImageCore
internal import RunState
internal import SystemSupport
package import Thumbnailing

/// The fingerprints of a run's outputs: an output is up to date only where its own is what it would be now.
///
/// They cover the fields of `Recipe.fields` that count, by their names and sorted by them, without those that have their
/// default value: neither the order of the fields nor a new option makes outputs of earlier runs outdated.
package struct RecipeMark: Sendable {
  /// By the outputs of an image, then by format.
  private let marks: [[ImageFormat: Marks]]

  private struct Marks: Sendable {
    let written: RecipeFingerprint
    let failed: RecipeFingerprint
  }

  package init(_ recipe: Recipe) {
    let bytes = RecipeMark.text(recipe) { $0 == .bytes }
    // Limits change no byte of an image that stays below them. But one that failed may pass with others, or where another
    // build reads more formats.
    let verdict = RecipeMark.text(recipe) { $0 != .nothing } + ["reads=\(ImageFormat.allCases.map(\.rawValue))"]
    let sizes: [SizeRequest?] = recipe.sizes.isEmpty ? [nil] : recipe.sizes
    marks = sizes.map { size in
      let own = ["output=\(size?.text ?? "")"]
      let options = (RecipeMark.hash(bytes + own), RecipeMark.hash(verdict + own))
      return Dictionary(
        uniqueKeysWithValues: ImageFormat.allCases.map { format in
          let algorithms = AlgorithmVersion(of: format)
          return (
            format,
            Marks(
              written: RecipeFingerprint(options: options.0, algorithms: algorithms),
              failed: RecipeFingerprint(options: options.1, algorithms: algorithms))
          )
        })
    }
  }

  /// One for the whole run: equal where all outputs would be.
  package var common: UInt64 {
    RecipeMark.hash(
      marks.flatMap { marks in
        ImageFormat.allCases.map { format in
          marks[format].map { "\($0.written.options) \($0.written.algorithms.text)" } ?? ""
        }
      })
  }

  /// - Parameter index: of the output among those of its image.
  func fingerprint(ofOutput index: Int, _ format: ImageFormat, _ outcome: JournalOutcome) -> RecipeFingerprint {
    guard let marks = marks[index][format] else { preconditionFailure("every format has its marks") }
    return if case .written = outcome { marks.written } else { marks.failed }
  }

  /// A line for each field that counts and is not as it is by default.
  static func text(_ recipe: Recipe, where counts: (RecipeField.Effect) -> Bool) -> [String] {
    let base = Recipe()
    return Recipe.fields.filter { counts($0.effect) && $0.text(recipe) != $0.text(base) }
      .map { "\($0.name)=\($0.text(recipe))" }.sorted()
  }

  private static func hash(_ lines: [String]) -> UInt64 {
    var hash = FNVHash()
    for line in lines { hash.add((line + "\n").utf8) }
    return hash.value
  }
}
