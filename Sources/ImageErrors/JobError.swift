/// Why one image was not written: the stage it happened at, the code for scripts, the sentence for people.
package struct JobError: Error, Hashable, Sendable {
  package let stage: Stage
  package let code: ErrorCode
  /// What failed and what to do, without the file's name: whoever prints it adds that.
  package let message: String

  package init(stage: Stage, code: ErrorCode, message: String) {
    self.stage = stage
    self.code = code
    self.message = message
  }
}
