internal import ArgumentParser

/// A number with an optional unit, as in "300M", "1.5 GiB" or "500ms".
private struct Quantity {
  let number: Double
  /// In lower case; empty for a number alone.
  let unit: String

  init?(_ text: String) {
    let digits = text.prefix { $0.isASCIIDigit || $0 == "." }
    guard digits.contains(where: \.isASCIIDigit), let number = Double(digits) else { return nil }
    self.number = number
    unit = text.dropFirst(digits.count).drop { $0 == " " }.lowercased()
  }

  /// The number times the factor of its unit, as a whole number of at least 1; nil if there is none.
  /// - Parameter factors: by unit.
  static func count(_ text: String, _ factors: [String: Int]) -> Int? {
    guard let quantity = Quantity(text), let factor = factors[quantity.unit] else { return nil }
    // Exact, also where a floating-point number is not.
    if text.allSatisfy(\.isASCIIDigit) { return Int(text).flatMap { $0 >= 1 ? $0 : nil } }
    let product = (quantity.number * Double(factor)).rounded()
    return product >= 1 && product < Double(Int.max) ? Int(product) : nil
  }
}

/// A number of bytes on the command line: "4096", "64K", "1.5GiB", "2GB".
struct ByteCount: ExpressibleByArgument {
  static let forms =
    "Byte counts are as in 4096, 64K, 512MiB or 2GB; K, M and G are powers of 1024, KB, MB and GB of 1000."

  let count: Int

  init(count: Int) { self.count = count }

  /// Powers of 1024 by a single letter, as in rsync and dd; the units with B follow IEC 80000-13.
  private static let factors: [String: Int] = [
    "": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40, "kib": 1 << 10, "mib": 1 << 20,
    "gib": 1 << 30,
    "tib": 1 << 40, "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000,
  ]

  init?(argument: String) {
    guard let count = Quantity.count(argument, ByteCount.factors) else { return nil }
    self.count = count
  }

  init(text: String) throws {
    guard let value = ByteCount(argument: text) else { throw ValidationError(ByteCount.forms) }
    self = value
  }

  var defaultValueDescription: String {
    for (suffix, shift) in [("G", 30), ("M", 20), ("K", 10)] where count % (1 << shift) == 0 {
      return "\(count >> shift)\(suffix)"
    }
    return String(count)
  }
}

extension ByteCount: CustomStringConvertible {
  var description: String { defaultValueDescription }
}

/// A number of pixels on the command line: "268402689", "300M", "1.5G".
struct PixelCount: CustomStringConvertible {
  let count: Int

  init(count: Int) { self.count = count }

  init(text: String) throws {
    let factors = ["": 1, "k": 1000, "m": 1_000_000, "g": 1_000_000_000, "mp": 1_000_000]
    guard let count = Quantity.count(text, factors) else {
      throw ValidationError("Pixel counts are 1 or more, as in 268402689 or 300M; K, M and G are powers of 1000.")
    }
    self.count = count
  }

  var description: String { String(count) }
}

/// A duration on the command line: "60", "5s", "500ms", "2m", "1h". A number alone is in seconds.
struct TimeSpan: CustomStringConvertible {
  let seconds: Double

  init(seconds: Double) { self.seconds = seconds }

  init(text: String) throws {
    let factors = ["": 1.0, "s": 1, "sec": 1, "ms": 0.001, "m": 60, "min": 60, "h": 3600]
    guard let quantity = Quantity(text), let factor = factors[quantity.unit] else {
      throw ValidationError("Times are as in 60, 5s, 500ms, 2m or 1h; a number alone is in seconds.")
    }
    seconds = quantity.number * factor
  }

  var description: String { seconds.rounded() == seconds ? "\(Int(seconds))s" : "\(seconds)s" }

  /// - Parameter option: the option's name with its dashes.
  func check(_ option: String, in range: ClosedRange<Double>) throws {
    guard range.contains(seconds) else {
      throw ValidationError(
        "\(option) is \(TimeSpan(seconds: range.lowerBound)) to \(TimeSpan(seconds: range.upperBound)), not \(self).")
    }
  }
}
