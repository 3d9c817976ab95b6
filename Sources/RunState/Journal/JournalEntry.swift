package import ImageErrors
package import SystemSupport

/// What became of an image, as the journal keeps it.
package enum JournalOutcome: Hashable, Sendable {
  /// As the output was left: one that was changed since then is made again.
  case written(output: FileStamp)
  case failed(JobError)
  /// Part of a download, under a hidden name.
  case partial
}

/// What an output was made of, by the name that the journal knows it by.
package enum JournalSource: Hashable, Sendable {
  /// As `JournalKeys` writes paths.
  case file([UInt8])
  /// What a download is known by.
  case download([UInt8])

  package var bytes: [UInt8] {
    switch self {
    case .file(let bytes), .download(let bytes): bytes
    }
  }
}

/// One record of a journal: how one output of one source ended.
package struct JournalEntry: Hashable, Sendable {
  package var source: FileStamp
  /// What the output's bytes depend on besides the source.
  package var fingerprint: OutputFingerprint
  package var outcome: JournalOutcome
  /// Below the output folder.
  package var outputName: [UInt8]
  package var sourceName: JournalSource
  /// Of a download: what the server knows this content by, for asking whether it is still the same. Empty otherwise.
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
