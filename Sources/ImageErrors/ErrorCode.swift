/// The kinds of errors of one image: the `code` of an event. Cases are added, never renamed.
package enum ErrorCode: String, CaseIterable, Sendable {
  case notAnImage = "not-an-image"
  case unsupported
  /// The library that decodes the format is not installed.
  case missingLibrary = "missing-library"
  /// The format is decoded in confined worker processes only, and none can be had.
  case needsIsolation = "needs-isolation"
  case truncated
  case corrupt
  case limitPixels = "limit-pixels"
  case limitBytes = "limit-bytes"
  case limitScans = "limit-scans"
  case limitMemory = "limit-memory"
  case timeout
  case changedWhileReading = "changed-while-reading"
  case notARegularFile = "not-a-regular-file"
  case read
  case write
  case exists
  case workerCrashed = "worker-crashed"
  case `internal`
  /// A download, or an output at the lowest quality.
  case tooLarge = "too-large"
  // Only for downloads:
  case httpStatus = "http-status"
  case network
  case refusedAddress = "refused-address"
  case redirects
}
