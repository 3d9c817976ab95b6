internal import CCurl
internal import Glibc
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// Any number of concurrent requests by libcurl, in this process and on one thread.
// SAFETY: owns what the pointer leads to, from `init` to `deinit`.
@safe final class CurlTransport: Transport {
  private let all: OpaquePointer
  private let rules: RequestDefaults

  /// Nil where memory cannot be allocated.
  /// - Parameter connections: the number of connections to keep open for further requests.
  init?(rules: RequestDefaults, connections: Int) {
    guard let all = unsafe transfers_create(connections) else { return nil }
    unsafe self.all = unsafe all
    self.rules = rules
  }

  deinit { unsafe transfers_destroy(all) }

  func start(_ request: Request) -> RequestID? {
    let login = request.address.login
    let texts = [request.address.text, login?.user, login?.password, request.proxy ?? "", rules.userAgent]
    // SAFETY: libcurl copies the strings during the call.
    return unsafe withCStrings(texts.map { $0.map { Array($0.utf8) } }) { texts in
      unsafe withCStrings(request.headers.map { Array($0.utf8) }) { headers in
        guard let address = unsafe texts[0], let proxy = unsafe texts[3], let agent = unsafe texts[4] else {
          return nil
        }
        var plain = unsafe transfer_request(
          address: address, user: texts[1], password: texts[2], proxy: proxy, user_agent: agent,
          headers: headers, file: request.file, start: Int64(request.start), most_bytes: Int64(request.maxByteCount),
          decodes: request.decodes,
          // The user chose the proxy, so it may have any address.
          private_allowed: rules.policy == .any || request.proxy != nil,
          connect_milliseconds: rules.connectTimeout.milliseconds,
          stall_milliseconds: rules.stallTimeout.milliseconds,
          total_milliseconds: rules.totalTimeout.milliseconds)
        return unsafe transfer_start(all, &plain).map(RequestID.init)
      }
    }
  }

  func advance(orWhenReadable file: CInt, for time: Duration) -> Bool {
    unsafe transfers_advance(all, file, Int32(clamping: time.milliseconds))
  }

  func nextEnded() -> (RequestID, Response)? {
    guard let one = unsafe transfers_next_ended(all) else { return nil }
    let id = unsafe RequestID(one)
    let response = response(of: id)
    cancel(id)
    return (id, response)
  }

  func cancel(_ id: RequestID) { unsafe transfer_destroy(id.pointer) }

  func response(of id: RequestID) -> Response {
    let one = unsafe id.pointer
    return unsafe Response(
      end: end(one), status: transfer_status(one), fileByteCount: Int(transfer_file_bytes(one)),
      lengthIsKnown: transfer_length_is_known(one), location: transfer_location(one).map(headerText),
      validator: Validator(
        entityTag: header(HEADER_ETAG, one), lastModified: header(HEADER_LAST_MODIFIED, one),
        date: header(HEADER_DATE, one), byteCount: Int(transfer_total_bytes(one))),
      retryAfter: header(HEADER_RETRY_AFTER, one), contentType: header(HEADER_CONTENT_TYPE, one),
      contentCoding: header(HEADER_CONTENT_CODING, one))
  }

  private func header(_ name: header_name, _ one: OpaquePointer) -> String {
    unsafe String(cString: transfer_header(one, name))
  }

  private func end(_ one: OpaquePointer) -> Response.End {
    let complaint = unsafe String(cString: transfer_complaint(one))
    return switch unsafe transfer_how_it_ended(one) {
    case TRANSFER_COMPLETE: .complete
    case TRANSFER_TIMED_OUT: .timedOut(complaint)
    case TRANSFER_NOT_RESOLVED: .notResolved(complaint)
    case TRANSFER_NOT_TRUSTED: .notTrusted(complaint)
    case TRANSFER_SHORT: .short
    case TRANSFER_REFUSED_ADDRESS: unsafe .refusedAddress(String(cString: transfer_refused(one)))
    case TRANSFER_TOO_LARGE: .tooLarge
    case TRANSFER_WRONG_PART: .wrongPart
    case TRANSFER_FILE_FAILED: unsafe .fileFailed(Errno(rawValue: transfer_file_error(one)))
    default: .broken(complaint)
    }
  }
}

extension RequestID {
  fileprivate init(_ pointer: OpaquePointer) { uncheckedBits = UInt(bitPattern: pointer) }

  fileprivate var pointer: OpaquePointer {
    // SAFETY: made of a pointer, and dereferenced only until the transport that returned it was notified of the request's end.
    guard let pointer = unsafe OpaquePointer(bitPattern: uncheckedBits) else {
      preconditionFailure("made of a pointer")
    }
    return unsafe pointer
  }
}

/// A URL from a header. Bytes that are not UTF-8 are percent-encoded: only the server knows their meaning, and it receives them
/// again.
private func headerText(_ bytes: UnsafePointer<CChar>) -> String {
  if let text = unsafe String(validatingCString: bytes) { return text }
  var escaped: [UInt8] = []
  for byte in unsafe UnsafeBufferPointer(start: bytes, count: strlen(bytes)).map(UInt8.init(bitPattern:)) {
    if byte < 0x80 { escaped.append(byte) } else { escaped += ("%" + Hexadecimal.text([byte]).uppercased()).utf8 }
  }
  return String(decoding: escaped, as: UTF8.self)
}
