internal import ImageCore
internal import RunState
internal import SystemSupport
package import Thumbnailing

/// The fingerprints of a run's outputs. An output is up to date only if its recorded fingerprint is equal.
///
/// A fingerprint covers the relevant fields of `ThumbnailOptions.fields` by name, sorted, without fields that have their default
/// value. So neither the order of the fields nor a new option outdates the outputs of earlier runs.
package struct OutputFingerprints: Sendable {
  /// Indexed by output of an image, then by format.
  private let marks: [[ImageFormat: Marks]]

  private struct Marks: Sendable {
    let written: OutputFingerprint
    let failed: OutputFingerprint
  }

  package init(_ options: ThumbnailOptions) {
    let bytes = OutputFingerprints.text(options) { $0 == .bytes }
    // Limits change no byte of an image within them. But an image that failed may succeed with other limits, or in a build that
    // reads more formats.
    let verdict =
      OutputFingerprints.text(options) { $0 != .nothing } + ["reads=\(ImageFormat.allCases.map(\.rawValue))"]
    let sizes: [SizeRequest?] = options.sizes.isEmpty ? [nil] : options.sizes
    marks = sizes.map { size in
      let own = ["output=\(size?.text ?? "")"]
      let options = (OutputFingerprints.hash(bytes + own), OutputFingerprints.hash(verdict + own))
      return Dictionary(
        uniqueKeysWithValues: ImageFormat.written.map { format in
          let algorithms = AlgorithmVersion(of: format)
          return (
            format,
            Marks(
              written: OutputFingerprint(options: options.0, algorithms: algorithms),
              failed: OutputFingerprint(options: options.1, algorithms: algorithms))
          )
        })
    }
  }

  /// One value for the whole run. Equal if all outputs would be equal.
  package var common: UInt64 {
    OutputFingerprints.hash(
      marks.flatMap { marks in
        ImageFormat.written.map { format in
          marks[format].map { "\($0.written.options) \($0.written.algorithms.text)" } ?? ""
        }
      })
  }

  /// - Parameter index: index of the output in its job.
  func fingerprint(ofOutput index: Int, _ format: ImageFormat, _ outcome: JournalOutcome) -> OutputFingerprint {
    guard let marks = marks[index][format] else { preconditionFailure("every format has its marks") }
    return if case .written = outcome { marks.written } else { marks.failed }
  }

  /// One line for each relevant field that differs from its default.
  static func text(_ options: ThumbnailOptions, where counts: (OptionField.Effect) -> Bool) -> [String] {
    let base = ThumbnailOptions()
    return ThumbnailOptions.fields.filter { counts($0.effect) && $0.text(options) != $0.text(base) }
      .map { "\($0.name)=\($0.text(options))" }.sorted()
  }

  private static func hash(_ lines: [String]) -> UInt64 {
    var hash = FNVHash()
    for line in lines { hash.add((line + "\n").utf8) }
    return hash.value
  }
}
