package import ImageCore
package import ImageErrors
package import SystemPackage
internal import SystemSupport

/// One image to make: small, copied freely between threads and processes.
package struct Job: Sendable {
  /// Position among the inputs of the run, from 0; results are kept by it.
  package let index: Int
  package let source: FilePath
  /// Where the part of the source's bytes starts that its outputs are named by; nil where nobody asks, as in a worker.
  package let relativeStart: Int?
  /// One for each size of the options, in its order.
  package var outputs: [JobOutput]
  /// Size of the source file when it was found, in bytes; 0 where not known. Orders the work, biggest first.
  package let sourceByteCount: Int
  /// Set where the input is known to be hopeless before any work (missing, not a regular file, a name taken already).
  package let refusal: JobError?
  /// Where the source was downloaded from, as the list has it, with a password if that has one: `shownAddress` is what may
  /// be shown. Nil where it was found.
  package let address: String?

  package init(
    index: Int, source: FilePath, relativeStart: Int? = nil, output: FilePath, format: ImageFormat,
    sourceByteCount: Int, refusal: JobError? = nil, address: String? = nil
  ) {
    self.init(
      index: index, source: source, relativeStart: relativeStart, outputs: [JobOutput(path: output, format: format)],
      sourceByteCount: sourceByteCount, refusal: refusal, address: address)
  }

  package init(
    index: Int, source: FilePath, relativeStart: Int? = nil, outputs: [JobOutput], sourceByteCount: Int,
    refusal: JobError? = nil, address: String? = nil
  ) {
    precondition(!outputs.isEmpty, "a job has an output")
    self.index = index
    self.source = source
    self.relativeStart = relativeStart
    self.outputs = outputs
    self.sourceByteCount = sourceByteCount
    self.refusal = refusal
    self.address = address
  }

  /// The first output, of most jobs the only one.
  package var output: FilePath { outputs[0].path }
  package var format: ImageFormat { outputs[0].format }
}

/// A file to make of an image.
package struct JobOutput: Hashable, Sendable {
  package let path: FilePath
  /// The folder of the run, where it is an output of one: what lies between it and the file may be no link.
  package let base: BaseFolder?
  /// What it is written as: the name and `--format` say it, not the source's bytes.
  package let format: ImageFormat
  /// Why it needs not be made, where that is known.
  package var settled: SkipReason?
  /// Why it is made although an earlier run was at it; nil where none was, or where nobody asked.
  package var redo: RedoReason?

  /// - Parameter base: starts the path.
  package init(path: FilePath, below base: BaseFolder? = nil, format: ImageFormat, settled: SkipReason? = nil) {
    self.path = path
    self.base = base
    self.format = format
    self.settled = settled
  }
}

extension JobOutput {
  package var file: PlacedFile { base.map { PlacedFile($0, path: path) } ?? PlacedFile(path) }
}

/// Where workers get their jobs from, one at a time, from any thread.
package protocol JobSource: Sendable {
  /// The next job, or nil when there are no more. May wait for an input that is still being written (a pipe).
  func next() -> Job?
  /// Jobs in all, or nil while that is not known (a pipe).
  var count: Int? { get }
}

extension Job {
  /// Where the source was downloaded from, for events, messages and whatever else is kept; nil where it was found.
  package var shownAddress: String? { address.map { withoutPasswords($0) } }
}
