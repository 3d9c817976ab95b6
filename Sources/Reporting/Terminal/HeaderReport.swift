package import ImageCodecs
internal import ImageCore
package import SystemPackage
internal import TextFormatting

/// What `info` says of one image.
package struct HeaderReport: Sendable {
  package let source: FilePath
  package let header: ImageHeader
  package let sourceByteCount: Int

  package init(source: FilePath, header: ImageHeader, sourceByteCount: Int) {
    self.source = source
    self.header = header
    self.sourceByteCount = sourceByteCount
  }

  /// One JSON object: the size as stored, and how it stands upright.
  package var jsonLine: String {
    var line = JSONLine()
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
    if header.format == .jpeg { line.add("decoder", decoder) }
    return line.text
  }

  /// The words above the columns of `fields`.
  package static let titles = [
    "format", "size", "bits", "colour", "layout", "orientation", "profile", "decoder", "file",
  ]

  /// The cells of one row of the table; the file's name is last, since it may be long.
  package var fields: [String] {
    [
      header.format.rawValue, "\(header.size.width)x\(header.size.height)", String(header.bits),
      header.color.rawValue + (subsampling.map { " " + $0 } ?? ""), header.layout.rawValue,
      String(header.orientation.rawValue), header.profile.map { humanByteCount($0.count) } ?? "-",
      decoder, source.forTerminal,
    ]
  }

  /// What decodes the image when it is shrunk.
  private var decoder: String {
    switch (header.format, header.path) {
    case (.jpeg, .scaled): "scaled"
    case (.jpeg, .library): "libjpeg"
    case (_, _): "-"
    }
  }

  /// As photographers write it: chroma samples a row of four luma samples, and in the row below. Nil without chroma.
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
