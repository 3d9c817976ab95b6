package import SystemPackage
package import SystemSupport

/// Why a journal cannot be used.
package struct JournalError: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// The path is no file that lines can be appended to.
    case unusable(OwnFileError)
    /// The user named a file with other content.
    case notAJournal
    /// A later imgbatch wrote it. This version would misread its lines.
    case newerVersion(Int)
  }

  package let path: FilePath
  package let reason: Reason
}
