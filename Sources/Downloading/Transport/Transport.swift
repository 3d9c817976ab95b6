internal import SystemPackage
internal import TextFormatting

/// One request.
struct Request: Sendable {
  var address: HTTPURL
  var proxy: String?
  /// Lines of the form "Name: value".
  var headers: [String]
  /// Open for writing. The caller keeps ownership.
  var file: CInt
  /// The number of bytes that the file already contains. The request asks for the rest.
  var start: Int
  var maxByteCount: Int
  /// Whether to decode the content coding before writing to the file.
  var decodes = false
}

/// The options that all requests of a run share.
package struct RequestDefaults: Sendable {
  package var policy = AddressPolicy.publicOnly
  package var userAgent = "imgbatch"
  package var connectTimeout = Duration.seconds(15)
  package var stallTimeout = Duration.seconds(30)
  package var totalTimeout = Duration.seconds(600)

  package init() {}
}

/// The response to a request.
struct Response: Sendable {
  enum End: Sendable {
    case complete
    case broken(String)
    case timedOut(String)
    case notResolved(String)
    case notTrusted(String)
    case short
    case refusedAddress(String)
    case tooLarge
    case wrongPart
    case fileFailed(Errno)
  }

  var end: End
  var status: Int
  /// The current size of the file in bytes.
  var fileByteCount: Int
  var lengthIsKnown: Bool
  var location: String?
  var validator: Validator
  var retryAfter: String
  var contentType: String
  /// The Content-Encoding header (RFC 9110, 8.4); empty for none.
  var contentCoding = ""

  /// Whether the coding can be decoded, where the content is not the expected image.
  var isCoded: Bool { ["gzip", "x-gzip", "deflate"].contains(contentCoding.lowercased()) }
}

/// Identifies a request.
struct RequestID: Hashable {
  let uncheckedBits: UInt
}

/// The requests in flight, in this process or in workers. For one thread only.
protocol Transport: AnyObject {
  /// Nil where the request cannot be started.
  func start(_ request: Request) -> RequestID?
  /// Advances all requests, and waits up to `time` for more to do.
  /// - Parameter file: a descriptor whose readability also ends the wait; -1 for none.
  /// - Returns: false where the transport can no longer work.
  func advance(orWhenReadable file: CInt, for time: Duration) -> Bool
  /// An ended request and its response. The request is then released.
  func nextEnded() -> (RequestID, Response)?
  /// Cancels and releases a request.
  func cancel(_ id: RequestID)
  /// The response so far, as far as known.
  func response(of id: RequestID) -> Response
}
