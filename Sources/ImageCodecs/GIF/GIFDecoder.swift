internal import ImageCore

/// Decodes the first image of a GIF on its logical screen: RGB, or RGBA where it has a transparent color or does not fill the
/// screen.
@safe final class GIFDecoder: RowReader {
  let pool: BufferPool
  private(set) var size = PixelSize(width: 1, height: 1)
  private(set) var channels = 3
  private(set) var deadline: UInt64 = 0
  private var blocks: GIFBlocks?
  private var lzw = LZWDecoder()
  private var colors: ColorTable?
  private var indices: IndexedPixels?
  /// The pixels that were decompressed, in the order of the file.
  private var pixelCount = 0
  private var report: DecodeReport?
  // SAFETY: the caller keeps the bytes valid until `finish` or the next header, which replaces this pointer.
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  init(pool: BufferPool) { self.pool = pool }

  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader {
    finish()
    deadline = limits.deadline
    let span = unsafe bytes.bytes
    let blocks = GIFBlocks(span)
    guard let image = blocks.image else { throw .truncated("a GIF without an image") }
    guard image.width > 0, image.height > 0 else { throw .corrupt("a GIF of 0 pixels") }
    size = PixelSize(width: blocks.screen.width, height: blocks.screen.height)
    let isFilled = image.width == size.width && image.height == size.height
    channels = image.transparent == nil && isFilled ? 3 : 4
    var result = ImageHeader(
      format: .gif, size: size, bits: 8, color: .palette, layout: image.isInterlaced ? .interlaced : .sequential,
      orientation: .upright, profile: nil)
    if blocks.profile.reduce(0, { $0 + $1.count }) <= ImageMetadata.maxByteCount {
      result.profile = blocks.profile.isEmpty ? nil : blocks.profile.flatMap { span.array($0) }
    } else {
      result.notes.append(.damagedProfile)
    }
    result.decodedChannels = channels
    result.comesInStrips = true
    result.coefficientByteCount = image.width * image.height
    if blocks.isAnimated { result.notes.append(.frames) }
    self.blocks = blocks
    unsafe self.bytes = unsafe bytes
    return result
  }

  func setDeadline(_ deadline: UInt64) { self.deadline = deadline }

  func prepare() throws(CodecError) -> DecodeReport {
    guard let blocks, let image = blocks.image else { throw .broken("a GIF was decoded before its header was read") }
    if let report { return report }
    let file = unsafe bytes.bytes
    guard image.data < file.byteCount else { throw .truncated("a GIF without pixels") }
    let decoded = try allocating { () throws(OutOfMemory) in
      try IndexedPixels(PixelSize(width: image.width, height: image.height), from: pool)
    }
    let data = file.extracting(image.data..<file.byteCount)
    let limit = TimeLimit(deadline: deadline)
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
    var result = DecodeReport()
    result.damage = damage
    note(blocks, image, &result)
    report = result
    return result
  }

  /// Faults that change no pixel, or only their colors.
  private func note(_ blocks: GIFBlocks, _ image: GIFBlocks.Image, _ report: inout DecodeReport) {
    let notes = [
      image.colors == nil ? "it has no colors, so it is black" : nil,
      blocks.hasTrailer || blocks.isAnimated ? nil : "the file ends without the trailer of a GIF",
    ].compactMap { $0 }
    report.warningCount = notes.count
    report.firstNote = notes.first ?? ""
  }

  func read(_ y: Int, into row: inout MutableRawSpan) {
    guard let image = blocks?.image, let indices, let colors else { return }
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
    row.clear((present > 0 ? end : 0)..<size.width * channels)
  }

  func finish() {
    (blocks, colors, indices, report) = (nil, nil, nil, nil)
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
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
