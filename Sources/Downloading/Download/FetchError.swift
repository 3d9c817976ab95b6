internal import ImageErrors
internal import RunState
internal import TextFormatting

// The errors of downloads, with the same codes as all other errors.
extension JobError {
  static func fetch(_ code: ErrorCode, _ message: String, hint: Hint? = nil) -> JobError {
    JobError(stage: .fetch, code: code, message: message, hint: hint)
  }

  static func refused(_ address: String) -> JobError {
    let kind = AddressPolicy.word(for: address).map { " (\($0))" } ?? ""
    return .fetch(
      .refusedAddress, "it leads to \(address)\(kind), which is not public", hint: .allowPrivate)
  }

  static func tooLarge(_ limit: Int) -> JobError {
    .fetch(.tooLarge, "more than \(limit) bytes", hint: .raiseDownloadLimit)
  }

  static func tooManyRedirects(_ maximum: Int) -> JobError {
    .fetch(.redirects, "more than \(maximum) redirections, the last to another address again")
  }

  static func badRedirect(to location: String) -> JobError {
    .fetch(
      .redirects,
      "it is redirected to \(withoutPasswords(location)), which is not an address of http or https that may be followed"
    )
  }

  static func status(_ status: Int, after tries: Int) -> JobError {
    let meaning = meanings[status].map { " (\($0))" } ?? ""
    let hint: Hint? =
      switch status {
      case 401: .giveLogin
      case 429: .sendFewerRequests
      default: nil
      }
    return .fetch(.httpStatus, "the server answers \(status)\(meaning)\(JobError.tries(tries))", hint: hint)
  }

  static func network(_ complaint: String, after tries: Int) -> JobError {
    .fetch(.network, complaint + JobError.tries(tries))
  }

  static func timeout(_ complaint: String, after tries: Int) -> JobError {
    .fetch(.timeout, complaint + JobError.tries(tries))
  }

  static func short(_ count: Int, after tries: Int) -> JobError {
    .fetch(.truncated, "the answer ended early, after \(count) bytes\(JobError.tries(tries))")
  }

  static let wrongDigest = JobError.fetch(.corrupt, "the content is not that of the sha256 in the list")

  static func wait(_ seconds: Int64, status: Int) -> JobError {
    .fetch(
      .httpStatus, "the server answers \(status) and asks to wait \(seconds) s, which is too long", hint: .runAgainLater
    )
  }

  private static func tries(_ tries: Int) -> String { tries > 1 ? ", \(tries) times" : "" }

  private static let meanings = [
    204: "no content", 205: "no content", 400: "bad request", 401: "wants a login", 403: "forbidden", 404: "not found",
    408: "too slow", 410: "gone", 416: "no such part", 429: "too many requests", 500: "server fault",
    502: "bad gateway", 503: "not available now", 504: "gateway too slow",
  ]
}
