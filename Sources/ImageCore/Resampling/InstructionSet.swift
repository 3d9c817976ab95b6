import CPlatform
internal import Glibc

/// The build of the pixel kernels that runs. It is chosen once, at the first use, by the features of the processor.
package enum InstructionSet: String, CaseIterable, Sendable {
  /// The instructions of every processor of the architecture (SSE2 on x86-64).
  case baseline
  /// x86-64-v3: AVX2, BMI and FMA.
  case avx2

  /// The best build for this processor, or the one that the environment variable `IMGBATCH_SIMD` selects, if the processor
  /// supports it. The pixels are the same either way; the variable is for tests and measurements.
  package static let current = choose(asked: environment("IMGBATCH_SIMD"), hasAVX2: InstructionSet.avx2.isSupported)

  /// Whether this processor can run the build.
  package var isSupported: Bool {
    switch self {
    case .baseline: true
    case .avx2: system_cpu_has_avx2()
    }
  }

  static func choose(asked: String?, hasAVX2: Bool) -> InstructionSet {
    let best: InstructionSet = hasAVX2 ? .avx2 : .baseline
    guard let asked, let wanted = InstructionSet(rawValue: asked) else { return best }
    return wanted == .avx2 ? best : wanted
  }

  private static func environment(_ name: String) -> String? {
    // SAFETY: getenv returns null or a terminated string, which is copied here. This program does not change the environment
    // while threads run.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
