/// Why one image was not written: the stage that failed, a code for scripts, and a message for users.
package struct JobError: Error, Hashable, Sendable {
  package let stage: Stage
  package let code: ErrorCode
  /// What failed and what to do, without the file's name, which the caller adds.
  package let message: String

  package init(stage: Stage, code: ErrorCode, message: String) {
    self.stage = stage
    self.code = code
    self.message = message
  }
}
