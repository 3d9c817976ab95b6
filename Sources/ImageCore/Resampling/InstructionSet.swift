import CPlatform
internal import Glibc

/// Which build of the pixel kernels runs: chosen once, at the first use, by what the processor has.
package enum InstructionSet: String, CaseIterable, Sendable {
  /// What every processor of the architecture has (SSE2 on x86-64).
  case baseline
  /// x86-64-v3: AVX2, BMI and FMA.
  case avx2

  /// The best that this processor has, or what the environment's `IMGBATCH_SIMD` asks for, if the processor has it.
  /// The pixels are the same either way; the variable serves tests and measurements.
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
    // SAFETY: getenv gives null or a terminated string, copied here; nothing in this program changes the environment
    // while threads run.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }
}
