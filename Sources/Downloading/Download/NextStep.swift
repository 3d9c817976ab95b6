internal import ImageCore
internal import ImageErrors
internal import RunState

/// What follows from an answer.
enum NextStep {
  /// The file is whole, as far as the server tells.
  case check
  /// What is there already is what the server has.
  case keepKnown(DownloadHistory.Picture)
  case follow(WebAddress)
  /// Once more, without the bytes that are there.
  case startOver
  case retry(wish: String, JobError)
  case fail(JobError)

  init(_ download: Download, _ answer: Answer, mostRedirects: Int, mostByteCount: Int) {
    let tries = download.tries
    guard download.fits(answer) else {
      self = NextStep.afterWrongPart(download)
      return
    }
    switch answer.end {
    case .complete: self = NextStep.afterStatus(download, answer, mostRedirects: mostRedirects)
    case .broken(let complaint), .notResolved(let complaint):
      self = .retry(wish: "", .network(complaint, after: tries))
    case .timedOut(let complaint): self = .retry(wish: "", .timeout(complaint, after: tries))
    case .short: self = .retry(wish: "", .short(answer.fileByteCount, after: tries))
    // Neither becomes better by asking again soon.
    case .notTrusted(let complaint): self = .fail(.fetch(.network, complaint))
    case .refusedAddress(let digits): self = .fail(.refused(digits))
    case .tooLarge: self = .fail(.tooLarge(mostByteCount))
    case .fileFailed(let error): self = .fail(.write(error))
    case .wrongPart: self = NextStep.afterWrongPart(download)
    }
  }

  private static func afterWrongPart(_ download: Download) -> NextStep {
    download.startedOver
      ? .fail(.fetch(.network, "the server sends another part of the file than it was asked for")) : .startOver
  }

  private static func afterStatus(_ download: Download, _ answer: Answer, mostRedirects: Int) -> NextStep {
    switch answer.status {
    // Any success that has a content has the picture, or is found not to (RFC 9110, 15.3). 203 is the 200 of a proxy that
    // changes contents.
    case 200...299 where answer.status != 204 && answer.status != 205: return .check
    case 304:
      guard let known = download.known else { return .fail(.status(304, after: download.tries)) }
      return .keepKnown(known)
    case 300, 301, 302, 303, 307, 308:
      guard let place = answer.location else { return .fail(.status(answer.status, after: download.tries)) }
      guard download.redirects < mostRedirects else { return .fail(.tooManyRedirects(mostRedirects)) }
      guard let next = download.redirected(to: place) else { return .fail(.badRedirect(to: place)) }
      return .follow(next)
    case 416 where download.part != nil && !download.startedOver: return .startOver
    case let status where RetryRule.isPassing(status):
      return .retry(wish: answer.retryAfter, .status(status, after: download.tries))
    default: return .fail(.status(answer.status, after: download.tries))
    }
  }
}
