internal import CPlatform
internal import Glibc
internal import SystemPackage

/// How a worker process can fail the one who waits for it.
package enum WorkerFailure: Error {
  case cannotStart(reason: String)
  case died
  case silent
  case garbage
  /// Nothing is wrong with it: the run is to end, and the image it has waits for memory.
  case notBegun
}
