internal import SystemPackage
internal import TextFormatting

/// One request, as it goes out.
struct Request: Sendable {
  var address: HTTPURL
  var proxy: String?
  /// "Name: value".
  var headers: [String]
  /// Open for writing; stays the caller's.
  var file: CInt
  /// Bytes of the file that are there already and asked to be left out.
  var start: Int
  var maxByteCount: Int
  /// Whether a coding of the content is undone on its way to the file.
  var decodes = false
}

/// What all requests of a run have in common.
package struct RequestDefaults: Sendable {
  package var policy = AddressPolicy.publicOnly
  package var userAgent = "imgbatch"
  package var connectTimeout = Duration.seconds(15)
  package var stallTimeout = Duration.seconds(30)
  package var totalTimeout = Duration.seconds(600)

  package init() {}
}

/// What came back.
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
  /// Bytes in the file by now.
  var fileByteCount: Int
  var lengthIsKnown: Bool
  var location: String?
  var validator: Validator
  var retryAfter: String
  var contentType: String
  /// As the server says it (RFC 9110, 8.4); empty for none.
  var contentCoding = ""

  /// Whether the content may be decoded on its way, where it is not what it should be.
  var isCoded: Bool { ["gzip", "x-gzip", "deflate"].contains(contentCoding.lowercased()) }
}

/// Which request is meant.
struct RequestID: Hashable {
  let bits: UInt
}

/// All requests that are under way: in this process, or in workers. For one thread.
protocol Transport: AnyObject {
  /// Nil where the request is not taken.
  func start(_ request: Request) -> RequestID?
  /// Moves all on, and waits a while for more to do.
  /// - Parameter file: that can be read ends the waiting, too; -1 for none.
  /// - Returns: whether that is possible.
  func advance(orWhenReadable file: CInt, for time: Duration) -> Bool
  /// A request that has ended and what came of it; it is over then.
  func nextEnded() -> (RequestID, Response)?
  /// Ends a request.
  func cancel(_ id: RequestID)
  /// How far a request is, as far as that is known.
  func response(of id: RequestID) -> Response
}

extension Duration {
  /// Rounded up, so that a short wait is one.
  var milliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  }
}
