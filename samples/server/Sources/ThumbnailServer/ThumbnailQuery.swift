import Hummingbird
import Thumbnails

/// What a client asks for: `src`, `w` and `h`, `fit`, `gravity`, `format`.
struct ThumbnailQuery {
  enum Format: String, CaseIterable {
    case jpeg, png, webp
    /// WebP for clients that accept it, else JPEG or PNG by opacity.
    case auto
  }

  let path: RelativePath
  let options: ThumbnailOptions
  /// Tells the thumbnails of an image apart, in an ETag.
  let tag: String
  /// Whether the thumbnail depends on the header `Accept`.
  let isNegotiated: Bool

  private static let sides = 1...4096

  /// - Parameter sides: the widths and heights that are made; empty for all within bounds.
  init(_ request: Request, _ sides: [Int]) throws(Failure) {
    let values = request.uri.queryParameters
    func name<Name: RawRepresentable<String> & CaseIterable>(_ key: String, _ usual: Name) throws(Failure) -> Name {
      guard let value = values[key[...]] else { return usual }
      guard let name = Name(rawValue: String(value)) else {
        throw .invalid(key, "is one of " + Name.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return name
    }
    func side(_ key: String) throws(Failure) -> Int? {
      guard let value = values[key[...]] else { return nil }
      guard let side = Int(value), ThumbnailQuery.sides.contains(side), sides.isEmpty || sides.contains(side) else {
        throw .invalid(key, sides.isEmpty ? "is 1 to \(ThumbnailQuery.sides.upperBound)" : "is one of \(sides)")
      }
      return side
    }

    guard let path = values["src"].flatMap({ RelativePath($0) }) else {
      throw .invalid("src", "is the path of an image below the folder that is served")
    }
    let (width, height, format) = (try side("w"), try side("h"), try name("format", Format.auto))
    let size: ThumbnailSize
    switch (width, height) {
    case (let width?, let height?): size = .box(width, height)
    case (let width?, nil): size = .width(width)
    case (nil, let height?): size = .height(height)
    case (nil, nil): throw .invalid("w or h", "is missing")
    }
    let output: OutputFormat =
      switch format {
      case .jpeg: .jpeg
      case .png: .png
      case .webp: .webp
      case .auto: request.acceptsWebP ? .webp : .jpegOrPNG
      }
    var options = ThumbnailOptions(size, format: output)
    options.fit = try name("fit", options.fit)
    options.gravity = try name("gravity", options.gravity)

    self.path = path
    self.options = options
    tag = "\(width ?? 0)x\(height ?? 0)-\(options.fit)-\(options.gravity)-\(output)"
    isNegotiated = format == .auto
  }
}

extension Request {
  /// Whether `image/webp` is accepted by name: RFC 9110, section 12.5.1. Clients that cannot read WebP send `*/*` too.
  fileprivate var acceptsWebP: Bool {
    headers[values: .accept].flatMap { $0.split(separator: ",") }.contains { range in
      let parts = range.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
      let isRefused = parts.contains { $0.hasPrefix("q=") && Double($0.dropFirst(2)) == 0 }
      return parts.first == "image/webp" && !isRefused
    }
  }
}
