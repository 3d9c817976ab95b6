package import ImageCodecs
internal import ImageCore
package import SystemPackage
internal import TextFormatting

/// The output of `info` for one image.
package struct HeaderReport: Sendable {
  package let source: FilePath
  package let header: ImageHeader
  package let sourceByteCount: Int

  package init(source: FilePath, header: ImageHeader, sourceByteCount: Int) {
    self.source = source
    self.header = header
    self.sourceByteCount = sourceByteCount
  }

  /// One JSON object, with the stored size and the upright size.
  package var jsonLine: String {
    var line = JSONObjectWriter()
    line.add("event", "info")
    line.add("source", path: source)
    line.add("format", header.format.rawValue)
    line.add("sourceWidth", header.size.width)
    line.add("sourceHeight", header.size.height)
    line.add("width", header.uprightSize.width)
    line.add("height", header.uprightSize.height)
    line.add("bits", header.bits)
    line.add("colour", header.color.rawValue)
    if let subsampling { line.add("subsampling", subsampling) }
    line.add("layout", header.layout.rawValue)
    line.add("orientation", header.orientation.rawValue)
    line.add("profileBytes", header.profile?.count ?? 0)
    line.add("sourceBytes", sourceByteCount)
    if header.isJPEG { line.add("decoder", decoder) }
    return line.text
  }

  /// The column titles of `fields`.
  package static let titles = [
    "format", "size", "bits", "color", "layout", "orientation", "profile", "decoder", "file",
  ]

  /// The cells of one row of the table. The file name is last, because it may be long.
  package var fields: [String] {
    [
      header.format.rawValue, "\(header.size.width)x\(header.size.height)", String(header.bits),
      header.color.rawValue + (subsampling.map { " " + $0 } ?? ""), header.layout.rawValue,
      String(header.orientation.rawValue), header.profile.map { humanByteCount($0.count) } ?? "-",
      decoder, source.forTerminal,
    ]
  }

  /// The decoder that is used where the image is shrunk.
  private var decoder: String {
    guard header.isJPEG else { return "-" }
    return switch header.path {
    case .scaled: "scaled"
    case .library: "libjpeg"
    }
  }

  /// The usual notation of chroma subsampling (J:a:b), such as 420; nil without chroma.
  private var subsampling: String? {
    switch header.color {
    case .yCbCr, .ycck: break
    case .gray, .grayAlpha, .palette, .rgb, .rgba, .cmyk, .other: return nil
    }
    return switch (header.subsampling.horizontal, header.subsampling.vertical) {
    case (1, 1): "444"
    case (2, 1): "422"
    case (2, 2): "420"
    case (1, 2): "440"
    case (4, 1): "411"
    case (let horizontal, let vertical): "\(horizontal)x\(vertical)"
    }
  }
}
