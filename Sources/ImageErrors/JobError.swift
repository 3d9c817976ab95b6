/// Why one image was not written: the stage that failed, a code for scripts, and a message for users.
package struct JobError: Error, Hashable, Sendable {
  package let stage: Stage
  package let code: ErrorCode
  /// What failed, without the file's name, which the caller adds.
  package let message: String
  /// What the user can do about it.
  package let hint: Hint?
  /// Whether an earlier run failed with it, and this run did not try again. Neither stored nor sent.
  package var isKnown = false

  package init(stage: Stage, code: ErrorCode, message: String, hint: Hint? = nil) {
    self.stage = stage
    self.code = code
    self.message = message
    self.hint = hint
  }

  package var hints: [Hint] { [hint, isKnown ? .retryFailed : nil].compactMap { $0 } }

  /// What failed and what to do. Advice that is empty does not apply.
  package func text(_ advice: Advice) -> String {
    ([message] + hints.map(advice).filter { !$0.isEmpty }).joined(separator: "; ")
  }
}
