@_spi(_Unicode) internal import Swift

/// Internationalized host names, converted to the ASCII form that DNS uses (RFC 5890, RFC 3492).
///
/// libcurl converts them by the locale, and only if built with IDN support; this conversion gives the same result everywhere. Of
/// the mapping of browsers (UTS 46) it does the common part: lowercase, NFC, and the other full stops. It rejects characters that
/// need any other mapping, and invisible characters.
enum HostName {
  /// The most bytes of a label (RFC 1035, 2.3.4).
  private static let maxLabelBytes = 63

  /// Nil where a label cannot be converted.
  static func ascii(_ name: String) -> String? {
    let stops: Set<Unicode.Scalar> = [".", "\u{3002}", "\u{FF0E}", "\u{FF61}"]
    let labels = Array(name.lowercased()._nfc).split(omittingEmptySubsequences: false) { stops.contains($0) }
    var converted: [String] = []
    for label in labels {
      guard let label = ascii(label: Array(label)) else { return nil }
      converted.append(label)
    }
    return converted.joined(separator: ".")
  }

  private static func ascii(label: [Unicode.Scalar]) -> String? {
    if label.allSatisfy(\.isASCII) { return String(String.UnicodeScalarView(label)) }
    guard label.allSatisfy(mayStand), label.first?.properties.canonicalCombiningClass == .notReordered,
      let digits = Punycode.encoded(label.map(\.value))
    else { return nil }
    let text = "xn--" + digits
    return text.utf8.count <= maxLabelBytes ? text : nil
  }

  /// Whether a character may be in a label: letters, marks and digits that no mapping changes. Sharp s and final sigma are kept,
  /// as in browsers (UTS 46, nontransitional processing).
  private static func mayStand(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return scalar == "-" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil }
    if scalar == "\u{DF}" || scalar == "\u{3C2}" { return true }
    if scalar.properties.changesWhenNFKCCaseFolded { return false }
    return switch scalar.properties.generalCategory {
    case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber: true
    // Catalan and Japanese words contain middle dots.
    default: scalar == "\u{B7}" || scalar == "\u{30FB}"
    }
  }
}

/// Encodes a label as letters and digits (RFC 3492, 5 and 6.3).
enum Punycode {
  private static let (base, minimum, maximum) = (36, 1, 26)

  /// Nil where the arithmetic overflows, as for a long label.
  static func encoded(_ scalars: [UInt32]) -> String? {
    var output = scalars.filter { $0 < 0x80 }.map { UInt8($0) }
    let basicCount = output.count
    if basicCount > 0 { output.append(UInt8(ascii: "-")) }
    var (next, delta, bias, handled) = (UInt32(0x80), 0, 72, basicCount)
    while handled < scalars.count {
      guard let smallest = scalars.lazy.filter({ $0 >= next }).min() else { return nil }
      let (steps, stepsOverflow) = Int(smallest - next).multipliedReportingOverflow(by: handled + 1)
      let (sum, overflow) = delta.addingReportingOverflow(steps)
      if stepsOverflow || overflow { return nil }
      (delta, next) = (sum, smallest)
      for scalar in scalars {
        if scalar < next { delta += 1 }
        guard scalar == next else { continue }
        append(delta, bias: bias, to: &output)
        bias = adapted(delta, count: handled + 1, isFirst: handled == basicCount)
        delta = 0
        handled += 1
      }
      delta += 1
      next += 1
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func append(_ delta: Int, bias: Int, to output: inout [UInt8]) {
    var (rest, index) = (delta, base)
    while true {
      let threshold = min(max(index - bias, minimum), maximum)
      if rest < threshold { break }
      output.append(digit(threshold + (rest - threshold) % (base - threshold)))
      rest = (rest - threshold) / (base - threshold)
      index += base
    }
    output.append(digit(rest))
  }

  /// The digits are a to z, then 0 to 9.
  private static func digit(_ value: Int) -> UInt8 {
    UInt8(value < 26 ? value + Int(UInt8(ascii: "a")) : value - 26 + Int(UInt8(ascii: "0")))
  }

  private static func adapted(_ delta: Int, count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var index = 0
    while delta > (base - minimum) * maximum / 2 {
      delta /= base - minimum
      index += base
    }
    return index + (base - minimum + 1) * delta / (delta + 38)
  }
}
