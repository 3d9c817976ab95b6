internal import ImageCore
package import ImageErrors
internal import RunState
package import SystemPackage
internal import TextFormatting

/// Whether lines for people may be colored.
package enum TextStyle: Sendable {
  case plain
  case colored

  /// Bold red, for the word that reports an error.
  func alarming(_ text: String) -> String { paint(text, "1;31") }
  func cautious(_ text: String) -> String { paint(text, "33") }

  private func paint(_ text: String, _ code: String) -> String {
    switch self {
    case .plain: text
    case .colored: "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
  }
}

/// One line for a failed image: the file, the stage, the error and the code for scripts. The advice follows at the end of the run.
package func failureLine(_ source: FilePath, _ error: JobError, style: TextStyle) -> String {
  failureLine(source.forTerminal, error, style: style)
}

func failureLine(_ job: Job, _ error: JobError, style: TextStyle) -> String {
  failureLine(job.sourceForTerminal, error, style: style)
}

/// What to do about the failures of a run: each advice once for each code.
package struct FailureAdvice: Sendable {
  private struct Key: Hashable {
    let code: ErrorCode
    let hint: Hint
  }

  private var counts: [Key: Int] = [:]
  /// Failures of an earlier run that were not tried again.
  private var known = 0

  package init() {}

  package mutating func add(_ error: JobError) {
    if let hint = error.hint { counts[Key(code: error.code, hint: hint), default: 0] += 1 }
    if error.isKnown { known += 1 }
  }

  /// As in "  truncated (3): get a complete copy": the most frequent first, each with a line end.
  package func lines(_ advice: Advice) -> String {
    let sorted = counts.sorted { one, other in
      if one.value != other.value { return one.value > other.value }
      return (one.key.code.rawValue, one.key.hint.rawValue) < (other.key.code.rawValue, other.key.hint.rawValue)
    }
    let lines = sorted.map { key, count in
      let sentence = advice(key.hint)
      return sentence.isEmpty ? "" : "  \(key.code.rawValue)\(count > 1 ? " (\(count))" : ""): \(sentence)\n"
    }
    let retry = known > 0 ? "  \(known) failed before: \(advice(.retryFailed))\n" : ""
    return lines.joined() + retry
  }
}

extension Job {
  /// The address or the path of the source, for people.
  var sourceForTerminal: String { shownAddress.map { terminalText($0) } ?? source.forTerminal }
}

private func failureLine(_ source: String, _ error: JobError, style: TextStyle) -> String {
  let what = "\(error.stage.rawValue): \(terminalText(error.message)) [\(error.code.rawValue)]"
  return "\(style.alarming("failed")) \(source): \(what)"
}

/// One line for information that a written image has lost.
func noteLine(_ source: FilePath, _ note: ConversionNotice, style: TextStyle, advice: Advice) -> String {
  let hint = note.hint.map { "; \(advice($0))" } ?? ""
  return "\(style.cautious("note")) \(source.forTerminal): \(note.sentence)\(hint)"
}

extension ConversionNotice {
  /// What the user can do to keep the information.
  var hint: Hint? { self == .profile ? .convertToSRGB : nil }
}

/// One line for an image that was written despite decoder warnings.
func warningLine(_ source: FilePath, _ image: WrittenImage, style: TextStyle) -> String {
  let more = image.warningCount > 1 ? " (and \(image.warningCount - 1) more)" : ""
  return "\(style.cautious("warning")) \(source.forTerminal): \(terminalText(image.firstWarning))\(more)"
}
