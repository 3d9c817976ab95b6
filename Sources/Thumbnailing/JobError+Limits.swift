internal import CPlatform
internal import ImageCodecs
internal import ImageCore
package import ImageErrors
internal import SystemSupport

extension JobError {
  package static func timeout(_ timeout: Duration, stage: Stage) -> JobError {
    JobError(
      stage: stage, code: .timeout, message: "it took longer than the limit of \(text(of: timeout))",
      hint: .raiseTimeLimit)
  }

  /// The source did not arrive in time.
  package static func readTimeout(_ timeout: Duration) -> JobError {
    JobError(
      stage: .read, code: .timeout, message: "reading it took longer than the limit of \(text(of: timeout))",
      hint: .raiseReadTimeLimit)
  }

  private static func text(of timeout: Duration) -> String {
    let nanoseconds = timeout.nanoseconds
    return nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000) s" : "\(nanoseconds / 1000) µs"
  }

  /// - Parameters:
  ///   - byteCount: the size of the smallest file that was tried.
  ///   - request: how it was encoded.
  static func tooLarge(_ byteCount: Int, _ request: EncodeRequest, limit: Int) -> JobError {
    let kind = request.format.isLossy ? "quality \(request.jpeg.quality)" : "level \(request.png.level)"
    return JobError(
      stage: .encode, code: .tooLarge,
      message: "its \(request.format.name) of \(kind) has \(byteCount) bytes, more than the limit of \(limit)",
      hint: .fitOutput)
  }

  static func needsMemory(_ byteCount: Int, maximum: Int) -> JobError {
    // Rounded up, so that the printed need is never below the printed limit.
    let need = (byteCount + (1 << 20) - 1) >> 20
    return JobError(
      stage: .decode, code: .limitMemory,
      message: "it needs about \(need) MB and one image may use \(maximum >> 20) MB", hint: .raiseMemoryLimit)
  }
}
