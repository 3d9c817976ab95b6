import Glibc
import Hummingbird
import Thumbnails

/// An answer without an image: a status, and a code that programs can rely on.
struct Failure: Error, ResponseEncodable {
  let status: HTTPResponse.Status
  let code: String
  let message: String

  private enum CodingKeys: CodingKey { case code, message }
}

extension Failure {
  static let missing = Failure(status: .notFound, code: "not-found", message: "there is no such image")
  static let busy = Failure(status: .serviceUnavailable, code: "busy", message: "too many images wait; try again soon")

  static func invalid(_ parameter: String, _ rule: String) -> Failure {
    Failure(status: .badRequest, code: "invalid-parameter", message: "\(parameter) \(rule)")
  }

  static func tooLarge(_ count: Int, limit: Int) -> Failure {
    Failure(
      status: .contentTooLarge, code: ThumbnailError.Code.limitBytes.rawValue,
      message: "the image has \(count) bytes; the limit is \(limit)")
  }

  /// A file that cannot be opened or read. A client is not told what there is besides images.
  static func opening(_ error: CInt) -> Failure {
    switch error {
    case ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EACCES, EPERM, ENXIO, EISDIR: .missing
    case EMFILE, ENFILE, ENOMEM: .busy
    default: Failure(status: .internalServerError, code: "read", message: String(cString: strerror(error)))
    }
  }

  /// What the request went wrong with, whoever found out.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as ThumbnailError:
      self.init(status: error.code.status, code: error.code.rawValue, message: error.message)
    case let error as any HTTPResponseError:
      let phrase = error.status.reasonPhrase
      self.init(status: error.status, code: phrase.lowercased().replacing(" ", with: "-"), message: phrase)
    default: self.init(status: .internalServerError, code: "internal", message: "\(error)")
    }
  }
}

extension ThumbnailError.Code {
  fileprivate var status: HTTPResponse.Status {
    switch self {
    case .notAnImage, .unsupported, .needsIsolation: .unsupportedMediaType
    case .truncated, .corrupt: .unprocessableContent
    case .limitPixels, .limitBytes, .limitScans, .limitMemory: .contentTooLarge
    case .timeout: .gatewayTimeout
    case .busy: .serviceUnavailable
    // Nobody reads it; the metrics count it, as nginx does.
    case .cancelled: HTTPResponse.Status(code: 499, reasonPhrase: "Client Closed Request")
    // A code of a later version is an error of this program.
    default: .internalServerError
    }
  }
}

/// Makes a response of every failure, and counts all responses.
struct FailureMiddleware: RouterMiddleware {
  let metrics: Metrics

  func handle(
    _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      let failure = Failure(error)
      response = try failure.response(from: request, context: context)
      response.status = failure.status
      response.headers[.cacheControl] = "no-store"
      if failure.status == .serviceUnavailable { response.headers[.retryAfter] = "1" }
    }
    response.headers[.xContentTypeOptions] = "nosniff"
    metrics.count(response.status)
    return response
  }
}
