internal import ArgumentParser
internal import ImageCore

/// A requested size, and its text for `{size}` in names.
struct SizeArgument: CustomStringConvertible {
  let text: String
  let request: SizeRequest

  init(text: String) throws {
    self.text = text
    request = try SizeRequest(text: text)
  }

  var description: String { text }
}

extension SizeRequest {
  private static let forms = "Sizes are 256, 400x300, 400x, x300 or 50%, with sides of 1 to 65500."

  /// Parses the value of `--size`.
  init(text: String) throws {
    if text.hasSuffix("%") {
      guard let percent = Double(text.dropLast()), percent > 0, percent <= 10_000 else {
        throw ValidationError(SizeRequest.forms)
      }
      self = .percent(percent)
      return
    }
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    let sides = try parts.map(SizeRequest.side)
    switch (sides.count, sides.first ?? nil, sides.last ?? nil) {
    case (1, let side?, _): self = .box(width: side, height: side)
    case (2, let width?, let height?): self = .box(width: width, height: height)
    case (2, let width?, nil): self = .width(width)
    case (2, nil, let height?): self = .height(height)
    default: throw ValidationError(SizeRequest.forms)
    }
  }

  /// Nil for an omitted side. 65500 is the limit of libjpeg (JPEG_MAX_DIMENSION).
  private static func side(_ digits: Substring) throws -> Int? {
    if digits.isEmpty { return nil }
    guard digits.allSatisfy(\.isASCIIDigit), let side = Int(digits), (1...65500).contains(side) else {
      throw ValidationError(forms)
    }
    return side
  }
}

extension Character {
  var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
