internal import ImageCore

/// The first image of a GIF on its logical screen: RGB, or RGBA where it has a transparent color or does not fill the screen.
struct GIFImage: RowSource {
  let header: ImageHeader
  private let blocks: GIFBlocks
  private let image: GIFBlocks.Image
  private var colors: ColorTable?
  private var indices: IndexedPixels?
  /// The pixels that were decompressed, in the order of the file.
  private var pixelCount = 0

  init(_ file: RawSpan) throws(CodecError) {
    blocks = GIFBlocks(file)
    guard let image = blocks.image else { throw .truncated("a GIF without an image") }
    guard image.width > 0, image.height > 0 else { throw .corrupt("a GIF of 0 pixels") }
    self.image = image
    let size = PixelSize(width: blocks.screen.width, height: blocks.screen.height)
    let isFilled = image.width == size.width && image.height == size.height
    var header = ImageHeader(
      format: .gif, size: size, bits: 8, color: .palette, layout: image.isInterlaced ? .interlaced : .sequential,
      orientation: .upright, profile: nil)
    if blocks.profile.reduce(0, { $0 + $1.count }) <= ImageMetadata.maxByteCount {
      header.profile = blocks.profile.isEmpty ? nil : blocks.profile.flatMap { file.array($0) }
    } else {
      header.notes.append(.damagedProfile)
    }
    header.decodedChannels = image.transparent == nil && isFilled ? 3 : 4
    header.coefficientByteCount = image.width * image.height
    if blocks.isAnimated { header.notes.append(.frames) }
    self.header = header
  }

  mutating func prepare(_ file: RawSpan, pool: BufferPool, _ limit: TimeLimit) throws(CodecError) -> DecodeReport {
    guard image.data < file.byteCount else { throw .truncated("a GIF without pixels") }
    let size = PixelSize(width: image.width, height: image.height)
    let decoded = try allocating { () throws(OutOfMemory) in try IndexedPixels(size, from: pool) }
    let data = file.extracting(image.data..<file.byteCount)
    var lzw = LZWDecoder()
    let (count, ending) = decoded.withIndices { lzw.decode(data, into: &$0, limit) }
    let damage: CodecError? =
      switch ending {
      case .complete: nil
      case .late: .timeout
      case .truncated: .truncated("\(count) of the \(image.width * image.height) pixels of a GIF")
      case .corrupt: .corrupt("a code of a GIF that means nothing")
      }
    if let damage, ending == .late || count == 0 { throw damage }
    (indices, pixelCount) = (decoded, count)
    var table = ColorTable(image, file)
    if let transparent = image.transparent { table.clear(transparent) }
    colors = table
    var report = DecodeReport()
    report.damage = damage
    note(&report)
    return report
  }

  /// Faults that change no pixel, or only their colors.
  private func note(_ report: inout DecodeReport) {
    let notes = [
      image.colors == nil ? "it has no colors, so it is black" : nil,
      blocks.hasTrailer || blocks.isAnimated ? nil : "the file ends without the trailer of a GIF",
    ].compactMap { $0 }
    report.warningCount = notes.count
    report.firstNote = notes.first ?? ""
  }

  func read(_ y: Int, of file: RawSpan, into row: inout MutableRawSpan) {
    guard let indices, let colors else { return }
    let channels = header.decodedChannels
    let fileRow = image.fileRow(y - image.y)
    let present = fileRow.map { min(max(pixelCount - $0 * image.width, 0), image.width) } ?? 0
    let start = image.x * channels
    let end = start + present * channels
    row.clear(0..<(present > 0 ? start : 0))
    if let fileRow, present > 0 {
      indices.withRow(fileRow) { indices in
        colors.expand(indices.extracting(0..<present), to: &row, at: start, channels: channels)
      }
    }
    row.clear((present > 0 ? end : 0)..<header.size.width * channels)
  }
}

extension GIFBlocks.Image {
  /// The position in the file of a row of the image; nil outside. Interlaced rows come in four passes (GIF89a specification,
  /// appendix E).
  fileprivate func fileRow(_ y: Int) -> Int? {
    guard y >= 0, y < height else { return nil }
    guard isInterlaced else { return y }
    let (eighths, fourths, halves) = ((height + 7) / 8, (height + 3) / 8, (height + 1) / 4)
    if y % 8 == 0 { return y / 8 }
    if y % 8 == 4 { return eighths + y / 8 }
    if y % 4 == 2 { return eighths + fourths + y / 4 }
    return eighths + fourths + halves + y / 2
  }
}

extension ColorTable {
  fileprivate init(_ image: GIFBlocks.Image, _ bytes: RawSpan) {
    guard let (start, count) = image.colors else {
      self.init(bytes, count: 0, isBGR: false)
      return
    }
    // The pixels follow all colors.
    self.init(bytes.extracting(start..<start + 3 * count), count: count, isBGR: false)
  }
}
