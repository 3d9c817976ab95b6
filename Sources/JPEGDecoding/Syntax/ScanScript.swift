/// Tracks which bits of which coefficients are known after each scan of a progressive image (ITU-T T.81, G.1.1.1.2).
///
/// libjpeg accepts scripts that break the rules, with or without a warning. This type requires that each coefficient begins once,
/// DC first, and is then refined bit by bit.
struct ScanScript {
  /// The lowest known bit per component and coefficient.
  private var lowestBits: [Int8]

  private static let unknown: Int8 = -1
  private static let coefficients = 64
  /// The largest shift that the standard and libjpeg allow.
  private static let maxLow = 13

  init(componentCount: Int) {
    lowestBits = Array(repeating: ScanScript.unknown, count: componentCount * ScanScript.coefficients)
  }

  /// Whether every bit of every coefficient of every component is known.
  var isComplete: Bool { lowestBits.allSatisfy { $0 == 0 } }

  /// Takes the next scan. Returns false if it may not follow the earlier ones.
  mutating func take(_ scan: ScanHeader) -> Bool {
    guard scan.low <= ScanScript.maxLow, scan.high == 0 || scan.high == scan.low + 1 else { return false }
    if scan.isAC {
      guard scan.components.count == 1, scan.first <= scan.last, scan.last < ScanScript.coefficients else {
        return false
      }
      // The DC of a component must begin before its AC.
      guard lowestBits[scan.components[0] * ScanScript.coefficients] != ScanScript.unknown else { return false }
    } else if scan.last != 0 {
      return false
    }
    let known = scan.high == 0 ? ScanScript.unknown : Int8(scan.high)
    for component in scan.components {
      for coefficient in scan.first...scan.last {
        let index = component * ScanScript.coefficients + coefficient
        guard lowestBits[index] == known else { return false }
        lowestBits[index] = Int8(scan.low)
      }
    }
    return true
  }
}
