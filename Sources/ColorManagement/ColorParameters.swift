internal import CColorManagement

/// A color space defined by numbers, as in PNG's chunks.
package struct ColorParameters: Hashable, Sendable {
  /// x and y of white, red, green and blue (CIE 1931).
  package var xy: [Double]
  package var curve: Curve

  package enum Curve: Hashable, Sendable {
    case power(Double)
    case sRGB
    case bt709
  }

  package init(xy: [Double] = ColorParameters.bt709Primaries, curve: Curve = .sRGB) {
    self.xy = xy
    self.curve = curve
  }

  package static let bt709Primaries = [0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06]

  /// The space of H.273 code points; nil if they define no such space, and for light beyond white (PQ, HLG).
  package init?(primaries: UInt8, transfer: UInt8) {
    let d65 = [0.3127, 0.3290]
    switch primaries {
    case 1: xy = ColorParameters.bt709Primaries
    case 5: xy = d65 + [0.64, 0.33, 0.29, 0.60, 0.15, 0.06]
    case 6, 7: xy = d65 + [0.630, 0.340, 0.310, 0.595, 0.155, 0.070]
    case 9: xy = d65 + [0.708, 0.292, 0.170, 0.797, 0.131, 0.046]
    case 11: xy = [0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060]
    case 12: xy = d65 + [0.680, 0.320, 0.265, 0.690, 0.150, 0.060]
    default: return nil
    }
    guard let curve = Curve(transfer: transfer) else { return nil }
    self.curve = curve
  }

  /// An ICC profile of the space; nil if the numbers do not define one.
  package var profile: [UInt8]? {
    guard xy.count == 8, xy.allSatisfy({ $0.isFinite }) else { return nil }
    let (kind, gamma) = curve.forC
    return unsafe made { unsafe color_profile_make(xy, kind, gamma, $0, $1) }
  }
}

extension ColorParameters.Curve {
  /// The curve of H.273 transfer characteristics; nil if they define no curve, and for light beyond white (PQ, HLG).
  package init?(transfer: UInt8) {
    switch transfer {
    case 1, 6, 14, 15: self = .bt709
    case 4: self = .power(2.2)
    case 5: self = .power(2.8)
    case 8: self = .power(1)
    case 13: self = .sRGB
    default: return nil
    }
  }

  /// A gray ICC profile with this curve.
  package var grayProfile: [UInt8]? {
    let (kind, gamma) = forC
    return unsafe made { unsafe color_profile_make(nil, kind, gamma, $0, $1) }
  }

  fileprivate var forC: (kind: color_curve, gamma: Double) {
    switch self {
    case .power(let gamma): (.COLOR_CURVE_POWER, gamma)
    case .sRGB: (.COLOR_CURVE_SRGB, 1)
    case .bt709: (.COLOR_CURVE_BT709, 1)
    }
  }
}

/// The gray profile of an image whose gray means equal red, green and blue of an RGB profile; nil if that profile is broken.
func grayProfile(ofRGB rgb: [UInt8]) -> [UInt8]? {
  unsafe made { target, capacity in
    unsafe rgb.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      return unsafe color_gray_profile_make(base, bytes.count, target, capacity)
    }
  }
}

/// The bytes that `make` writes. It returns their count, and writes them if the capacity is large enough.
private func made(_ make: (_ target: UnsafeMutablePointer<UInt8>?, _ capacity: Int) -> Int) -> [UInt8]? {
  let count = make(nil, 0)
  guard count > 0, count < 1 << 20 else { return nil }
  var bytes = [UInt8](repeating: 0, count: count)
  let written = unsafe bytes.withUnsafeMutableBufferPointer { unsafe make($0.baseAddress, count) }
  return written == count ? bytes : nil
}
