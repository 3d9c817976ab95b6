package import Codecs
package import SystemPackage

/// One picture to make: small, copied freely between threads and processes.
package struct Job: Sendable {
  /// Position among the inputs of the run, from 0; results are kept by it.
  package let index: Int
  package let source: FilePath
  package let output: FilePath
  /// What the output is written as: the name and `--format` say it, not the source's bytes.
  package let format: ImageFormat
  /// Size of the source file when it was found, in bytes; 0 where not known. Orders the work, biggest first.
  package let sourceByteCount: Int
  /// Set where the input is known to be hopeless before any work (missing, not a regular file, a name taken already).
  package let refusal: JobError?
  /// Where the source was downloaded from; nil where it was found.
  package let address: String?

  package init(
    index: Int, source: FilePath, output: FilePath, format: ImageFormat, sourceByteCount: Int,
    refusal: JobError? = nil, address: String? = nil
  ) {
    self.index = index
    self.source = source
    self.output = output
    self.format = format
    self.sourceByteCount = sourceByteCount
    self.refusal = refusal
    self.address = address
  }
}

/// Where workers get their jobs from, one at a time, from any thread.
package protocol JobSource: Sendable {
  /// The next job, or nil when there are no more. May wait for an input that is still being written (a pipe).
  func next() -> Job?
  /// Jobs in all, or nil while that is not known (a pipe).
  var count: Int? { get }
}
