internal import ArgumentParser
internal import ImageCore

/// A requested size, and its text for `{size}` in names.
///
/// A suffix has its meaning of ImageMagick's geometry: `^` covers the box, `!` ignores the shape of the image, `>` only shrinks.
/// Unlike there, images are not enlarged without a suffix.
struct SizeArgument: CustomStringConvertible {
  /// The size without suffixes.
  let text: String
  let request: SizeRequest
  let suffix: Suffix?

  enum Suffix: Hashable { case cover, coverOnlyShrink, exact, exactOnlyShrink, onlyShrink }

  private static let suffixes: [(String, Suffix)] = [
    ("^>", .coverOnlyShrink), (">^", .coverOnlyShrink), ("!>", .exactOnlyShrink), (">!", .exactOnlyShrink),
    ("^", .cover), ("!", .exact), (">", .onlyShrink),
  ]

  init(text: String) throws {
    let found = SizeArgument.suffixes.first { text.hasSuffix($0.0) }
    let size = String(text.dropLast(found?.0.count ?? 0)).lowercased()
    request = try SizeRequest(text: size)
    suffix = found?.1
    if case .percent = request, let found {
      throw ValidationError("--size \(text): \(found.0) is for boxes and sides, not for percentages.")
    }
    self.text = size
  }

  var description: String { text + (SizeArgument.suffixes.last { $0.1 == suffix }?.0 ?? "") }
}

extension SizeArgument.Suffix {
  /// The value of `--fit` that the suffix stands for; nil if it stands for none.
  var fit: Fit? {
    switch self {
    case .cover, .coverOnlyShrink: .outside
    case .exact, .exactOnlyShrink: .fill
    case .onlyShrink: nil
    }
  }

  var upscaling: Upscaling {
    switch self {
    case .cover, .exact: .allowed
    case .coverOnlyShrink, .exactOnlyShrink, .onlyShrink: .never
    }
  }
}

extension SizeRequest {
  private static let forms = "Sizes are as in 256, 400x300, 400x, x300 or 50%, with sides of 1 to 65500."

  /// Parses the value of `--size`, in lower case and without suffixes.
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
