package import SystemPackage

/// Why a journal cannot be used.
package struct JournalError: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case system(Errno)
    /// It was written by a later imgbatch, whose lines this one would misread.
    case newerVersion(Int)
  }

  package let path: FilePath
  package let reason: Reason
}
