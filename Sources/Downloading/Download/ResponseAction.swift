internal import ImageCore
internal import ImageErrors
internal import RunState

/// The next step after a response.
enum ResponseAction {
  /// The file is complete, as far as the response shows.
  case check
  /// The existing file is current.
  case keepKnown(DownloadHistory.Image)
  case follow(HTTPURL)
  /// Repeat the request without the partial file.
  case startOver
  case retry(wish: String, JobError)
  case fail(JobError)

  init(_ download: Download, _ response: Response, maxRedirects: Int, maxByteCount: Int) {
    let tries = download.tries
    guard download.fits(response) else {
      self = ResponseAction.afterWrongPart(download)
      return
    }
    switch response.end {
    case .complete: self = ResponseAction.afterStatus(download, response, maxRedirects: maxRedirects)
    case .broken(let complaint), .notResolved(let complaint):
      self = .retry(wish: "", .network(complaint, after: tries))
    case .timedOut(let complaint): self = .retry(wish: "", .timeout(complaint, after: tries))
    case .short: self = .retry(wish: "", .short(response.fileByteCount, after: tries))
    // Retrying soon cannot succeed.
    case .notTrusted(let complaint): self = .fail(.fetch(.network, complaint))
    case .refusedAddress(let digits): self = .fail(.refused(digits))
    case .tooLarge: self = .fail(.tooLarge(maxByteCount))
    case .fileFailed(let error): self = .fail(.write(error))
    case .wrongPart: self = ResponseAction.afterWrongPart(download)
    }
  }

  private static func afterWrongPart(_ download: Download) -> ResponseAction {
    download.startedOver
      ? .fail(.fetch(.network, "the server sends another part of the file than it was asked for")) : .startOver
  }

  private static func afterStatus(_ download: Download, _ response: Response, maxRedirects: Int) -> ResponseAction {
    switch response.status {
    // Any successful response with content may contain the image; the check decides (RFC 9110, 15.3). 203 is a 200 that a proxy
    // transformed.
    case 200...299 where response.status != 204 && response.status != 205: return .check
    case 304:
      guard let known = download.known else { return .fail(.status(304, after: download.tries)) }
      return .keepKnown(known)
    case 300, 301, 302, 303, 307, 308:
      guard let location = response.location else { return .fail(.status(response.status, after: download.tries)) }
      guard download.redirects < maxRedirects else { return .fail(.tooManyRedirects(maxRedirects)) }
      guard let next = download.redirected(to: location) else { return .fail(.badRedirect(to: location)) }
      return .follow(next)
    case 416 where download.part != nil && !download.startedOver: return .startOver
    case let status where RetryRule.isPassing(status):
      return .retry(wish: response.retryAfter, .status(status, after: download.tries))
    default: return .fail(.status(response.status, after: download.tries))
    }
  }
}
