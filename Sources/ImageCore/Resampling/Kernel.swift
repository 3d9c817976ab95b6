internal import Glibc

/// A resampling filter: a symmetric function of the distance from the output point, in samples of the coarser grid.
package enum Kernel: String, CaseIterable, Sendable {
  /// The sinc windowed by its own stretched main lobe, three lobes: the sharpest kernel, with faint halos.
  case lanczos3
  /// Keys' cubic with a = -1/2 (IEEE ASSP 29, 1981).
  case catmullRom = "catmull-rom"
  /// The cubic with B = C = 1/3 (Mitchell and Netravali, SIGGRAPH 1988): almost no halos, slightly soft.
  case mitchell
  case triangle
  case box

  /// The distance from which on the kernel is zero.
  package var support: Double {
    switch self {
    case .lanczos3: 3
    case .catmullRom, .mitchell: 2
    case .triangle: 1
    case .box: 0.5
    }
  }

  /// The value of the kernel. Its integral is 1.
  package func value(at position: Double) -> Double {
    let x = abs(position)
    switch self {
    case .lanczos3:
      return Kernel.lanczos3(x, sine: sin(Double.pi / 3 * x))
    case .catmullRom:
      if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
      return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0
    case .mitchell:
      if x < 1 { return (7.0 / 6 * x - 2) * x * x + 8.0 / 9 }
      return x < 2 ? ((-7.0 / 18 * x + 2) * x - 10.0 / 3) * x + 16.0 / 9 : 0
    case .triangle:
      return max(0, 1 - x)
    case .box:
      // Half open, so that a sample on the border between two boxes belongs to one of them.
      return position >= -0.5 && position < 0.5 ? 1 : 0
    }
  }

  /// Stores the values of the kernel at `start`, `start + step`, ... in a range of `values`.
  func fill(_ values: inout UncheckedArray<Double>, _ range: Range<Int>, start: Double, step: Double) {
    guard self == .lanczos3 else {
      for index in range { values[index] = value(at: start + Double(index - range.lowerBound) * step) }
      return
    }
    // One sine and cosine, rotated by the angle of the step from value to value. The error is 1e-16 per value, negligible
    // compared with the rounding to weights, and the time is a tenth.
    let (angle, turn) = (Double.pi / 3 * start, Double.pi / 3 * step)
    var (sine, cosine) = (sin(angle), cos(angle))
    let (turnSine, turnCosine) = (sin(turn), cos(turn))
    for index in range {
      values[index] = Kernel.lanczos3(start + Double(index - range.lowerBound) * step, sine: sine)
      (sine, cosine) = (sine * turnCosine + cosine * turnSine, cosine * turnCosine - sine * turnSine)
    }
  }

  /// sinc(x) sinc(x/3) from the sine of pi x/3 alone: sin 3a = (3 - 4 sin² a) sin a.
  private static func lanczos3(_ x: Double, sine: Double) -> Double {
    if abs(x) >= 3 { return 0 }
    if abs(x) < 1e-9 { return 1 }
    let angle = Double.pi / 3 * x
    let square = sine * sine
    return (3 - 4 * square) * square / (3 * angle * angle)
  }
}
