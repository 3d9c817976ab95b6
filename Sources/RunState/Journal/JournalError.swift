package import SystemPackage
package import SystemSupport

/// Why a journal cannot be used.
package struct JournalError: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    /// What has its name is no file that lines may be added to.
    case unusable(OwnFileError)
    /// It was written by a later imgbatch, whose lines this one would misread.
    case newerVersion(Int)
  }

  package let path: FilePath
  package let reason: Reason
}
