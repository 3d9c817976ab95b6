internal import CPlatform
internal import Glibc
internal import SystemPackage

/// Why the parent cannot get a reply from a worker process.
package enum WorkerFailure: Error {
  case cannotStart(reason: String)
  case died
  case silent
  case garbage
  /// The worker is fine: the run is ending, and the current image still waits for memory.
  case notBegun
}
