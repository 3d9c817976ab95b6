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

/// One line for a failed image: the file, the stage, the error with advice, and the code for scripts.
package func failureLine(_ source: FilePath, _ error: JobError, style: TextStyle, advice: Advice) -> String {
  failureLine(source.forTerminal, error, style: style, advice: advice)
}

func failureLine(_ job: Job, _ error: JobError, style: TextStyle, advice: Advice) -> String {
  failureLine(job.sourceForTerminal, error, style: style, advice: advice)
}

extension Job {
  /// The address or the path of the source, for people.
  var sourceForTerminal: String { shownAddress.map { terminalText($0) } ?? source.forTerminal }
}

private func failureLine(_ source: String, _ error: JobError, style: TextStyle, advice: Advice) -> String {
  let what = "\(error.stage.rawValue): \(terminalText(error.text(advice))) [\(error.code.rawValue)]"
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
