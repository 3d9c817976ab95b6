package import ImageErrors
package import SystemSupport

/// The outcome of an output, as the journal stores it.
package enum JournalOutcome: Hashable, Sendable {
  /// Contains the stamp of the finished output. An output that was changed afterwards is made again.
  case written(output: FileStamp)
  case failed(JobError)
  /// An unfinished download, under a hidden name.
  case partial
}

/// The source of an output, as the journal names it.
package enum JournalSource: Hashable, Sendable {
  /// A path in the form that `JournalKeys` writes.
  case file([UInt8])
  /// The key of a download.
  case download([UInt8])

  package var bytes: [UInt8] {
    switch self {
    case .file(let bytes), .download(let bytes): bytes
    }
  }
}

/// One record of a journal: the outcome of one output of one source.
package struct JournalEntry: Hashable, Sendable {
  package var source: FileStamp
  /// Everything else that determines the output's bytes.
  package var fingerprint: OutputFingerprint
  package var outcome: JournalOutcome
  /// Relative to the output folder.
  package var outputName: [UInt8]
  package var sourceName: JournalSource
  /// For a download: the server's validator for this content, used to ask whether it is unchanged. Empty otherwise.
  package var validator: [UInt8]

  package init(
    source: FileStamp, fingerprint: OutputFingerprint, outcome: JournalOutcome, outputName: [UInt8],
    sourceName: JournalSource, validator: [UInt8] = []
  ) {
    self.source = source
    self.fingerprint = fingerprint
    self.outcome = outcome
    self.outputName = outputName
    self.sourceName = sourceName
    self.validator = validator
  }
}
