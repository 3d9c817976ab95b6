package import ImageCore
package import ImageErrors
package import SystemPackage
internal import SystemSupport

/// One image to process. Small, and copied freely between threads and processes.
package struct Job: Sendable {
  /// Position among the inputs of the run, from 0. Results are stored by it.
  package let index: Int
  package let source: FilePath
  /// Offset in the source's bytes of the part that names its outputs; nil where it is not needed, as in a worker.
  package let relativeStart: Int?
  /// One per size of the options, in the order of the sizes.
  package var outputs: [JobOutput]
  /// Size of the source file when it was found, in bytes; 0 if unknown. Jobs are sorted by it, largest first.
  package let sourceByteCount: Int
  /// Set if the input cannot be processed, as known before any work: it is missing, is no regular file, or its output name is
  /// taken.
  package let refusal: JobError?
  /// The URL that the source was downloaded from, as in the list, including a password, or "-" for standard input. Show
  /// `shownAddress` instead. Nil for a local file.
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

  /// The first output. Most jobs have only one.
  package var output: FilePath { outputs[0].path }
  package var format: ImageFormat { outputs[0].format }
}

/// A file to make from an image.
package struct JobOutput: Hashable, Sendable {
  package let path: FilePath
  /// The output folder of the run, if the file is an output of a run. No component between this folder and the file may be a
  /// link.
  package let base: BaseFolder?
  /// Format of the output. Its name and `--format` determine it, not the source's bytes, except with `--format auto`.
  package let format: ImageFormat
  /// With `--format auto`, the file in the other format. One of the two is made.
  package let alternative: Alternative?
  /// Why the output is not made, if that is already known.
  package var skipReason: SkipReason?
  /// Why the output is made again; nil if no earlier run made it, or if that was not checked.
  package var redo: RedoReason?

  package struct Alternative: Hashable, Sendable {
    package let path: FilePath
    package let format: ImageFormat

    package init(path: FilePath, format: ImageFormat) {
      self.path = path
      self.format = format
    }
  }

  /// - Parameter base: its path is a prefix of `path` and of the alternative's.
  package init(
    path: FilePath, below base: BaseFolder? = nil, format: ImageFormat, or alternative: Alternative? = nil,
    skipReason: SkipReason? = nil
  ) {
    self.path = path
    self.base = base
    self.format = format
    self.alternative = alternative
    self.skipReason = skipReason
  }
}

extension JobOutput {
  package var file: PlacedFile { base.map { PlacedFile($0, path: path) } ?? PlacedFile(path) }
}

/// Supplies workers with jobs, one at a time, on any thread.
package protocol JobSource: Sendable {
  /// The next job, or nil if there are no more. May block while an input list is still being written (a pipe).
  func next() -> Job?
  /// Total number of jobs; nil while it is unknown (a pipe).
  var count: Int? { get }
  /// The executor calls this once for each job that `next` returned, on any thread.
  /// - Parameter outcome: nil if the job was not begun, because the run was cancelled.
  func finished(_ job: Job, _ outcome: Outcome?)
}

extension JobSource {
  package func finished(_ job: Job, _ outcome: Outcome?) {}
}

extension Job {
  /// The download URL without passwords, for events, messages and stored files; nil for a local source.
  package var shownAddress: String? { address.map { withoutPasswords($0) } }
}
