package import ImageCodecs
package import ImageCore
package import ImageErrors

extension JobError {
  package init(_ error: CodecError, stage: Stage) {
    let code: ErrorCode =
      switch error {
      case .notAnImage, .empty: .notAnImage
      case .unsupported: .unsupported
      case .missingLibrary: .missingLibrary
      case .needsIsolation: .needsIsolation
      case .truncated: .truncated
      case .corrupt: .corrupt
      case .tooManyPixels: .limitPixels
      case .tooManyScans: .limitScans
      case .outOfMemory: .limitMemory
      case .timeout: .timeout
      case .declined, .broken: .internal
      }
    self.init(stage: stage, code: code, message: error.message, hint: error.hint(at: stage))
  }
}

extension JobError {
  package init(_ refusal: OutOfMemory, stage: Stage) { self.init(CodecError(refusal), stage: stage) }
}

extension CodecError {
  /// What is wrong, for users.
  var message: String {
    switch self {
    case .notAnImage: "the first bytes are those of no format that is read"
    case .empty: "the file is empty"
    case .unsupported(let text): "unsupported: \(text)"
    case .needsIsolation(let format): "\(format.name) is only decoded in confined worker processes"
    case .missingLibrary(let format, let missing): format.message(missing)
    case .truncated(let text): "the file ends too early (\(text))"
    case .corrupt(let text): "the data are damaged (\(text))"
    case .tooManyPixels(let size, let limit): "\(size.width)x\(size.height) pixels are more than the limit of \(limit)"
    case .tooManyScans(let limit): "more than \(limit) scans"
    case .outOfMemory(let text): "not enough memory for it (\(text))"
    case .timeout: "it took longer than the limit"
    case .declined: "a fault of imgbatch itself (declined twice)"
    case .broken(let text): "a fault of imgbatch itself (\(text))"
    }
  }

  fileprivate func hint(at stage: Stage) -> Hint? {
    switch self {
    case .notAnImage: .convertOrLeaveOut
    case .empty: .getAgain
    // The encoder cannot store it: the source is fine.
    case .unsupported where stage == .encode: .makeSmaller
    case .unsupported: .convert
    case .needsIsolation, .missingLibrary: nil
    case .truncated, .corrupt: .fetchAgain
    case .tooManyPixels: .raisePixelLimit
    case .tooManyScans: .raiseScanLimit
    case .outOfMemory: .raiseMemoryLimit
    case .timeout: .raiseTimeLimit
    case .declined, .broken: .reportFault
    }
  }
}
