package import ImageCodecs
package import ImageCore
package import ImageErrors

extension JobError {
  package init(_ error: CodecError, stage: Stage) {
    let code: ErrorCode =
      switch error {
      case .notAnImage: .notAnImage
      case .unsupported: .unsupported
      case .truncated: .truncated
      case .corrupt: .corrupt
      case .tooManyPixels: .limitPixels
      case .tooManyScans: .limitScans
      case .outOfMemory: .limitMemory
      case .timeout: .timeout
      case .declined, .broken: .internal
      }
    self.init(stage: stage, code: code, message: error.sentence)
  }
}

extension JobError {
  package init(_ refusal: OutOfMemory, stage: Stage) { self.init(CodecError(refusal), stage: stage) }
}

extension CodecError {
  /// The message for users: what is wrong and what to do.
  package var sentence: String {
    switch self {
    case .notAnImage:
      "neither a \(ImageFormat.allCases.map(\.name).joined(separator: " nor a ")) by its first bytes; leave it out, or "
        + "convert it first"
    case .unsupported(let text): "unsupported: \(text); convert it first"
    case .truncated(let text):
      "the file ends too early (\(text)); fetch it again, or use --fail-on never for what is there"
    case .corrupt(let text): "the data are damaged (\(text)); fetch it again, or use --fail-on never for what is there"
    case .tooManyPixels(let size, let limit):
      "\(size.width)x\(size.height) pixels are more than the limit of \(limit); raise it with --max-pixels"
    case .tooManyScans(let limit): "more than \(limit) scans; raise the limit with --max-scans if you trust the file"
    case .outOfMemory(let text): "not enough memory for it (\(text)); raise the limit with --max-memory"
    case .timeout: "it took longer than allowed; raise the limit with --timeout"
    case .declined: "a fault of imgbatch itself (declined twice); please report it with this file"
    case .broken(let text): "a fault of imgbatch itself (\(text)); please report it with this file"
    }
  }
}
