internal import ImageCore

/// A BMP: RGB, or RGBA where the file has bits for alpha.
struct BMPImage: RowSource {
  let header: ImageHeader
  private let fields: BMPHeader
  /// How rows are made: of pixels, or of the indices that runs gave.
  private var pixels: BMPPixels?
  private var indices: (IndexedPixels, ColorTable)?
  /// The rows that the file has, from the first in it.
  private var rowCount = 0

  init(_ file: RawSpan) throws(CodecError) {
    fields = try BMPHeader(file)
    var header = ImageHeader(
      format: .bmp, size: fields.size, bits: min(fields.bits, 8),
      color: fields.bits <= 8 ? .palette : fields.hasAlpha ? .rgba : .rgb, layout: .sequential, orientation: .upright,
      profile: nil)
    header.decodedChannels = fields.hasAlpha ? 4 : 3
    if fields.coding == .runs { header.coefficientByteCount = Int(clamping: fields.size.pixelCount) }
    if let range = fields.profile {
      let isPresent = range.upperBound <= file.byteCount && range.count <= ImageMetadata.maxByteCount
      if isPresent { header.profile = file.array(range) } else { header.notes.append(.damagedProfile) }
    }
    self.header = header
  }

  mutating func prepare(_ file: RawSpan, pool: BufferPool, _ limit: TimeLimit) throws(CodecError) -> DecodeReport {
    guard fields.start < file.byteCount else { throw .truncated("a BMP without pixels") }
    return switch fields.coding {
    case .rows: try prepareRows(file, limit)
    case .runs: try prepareRuns(file, pool, limit)
    }
  }

  private mutating func prepareRows(_ file: RawSpan, _ limit: TimeLimit) throws(CodecError) -> DecodeReport {
    rowCount = fields.rows(in: file.byteCount)
    guard rowCount > 0 else { throw .truncated("a BMP without a whole row") }
    pixels = BMPPixels(fields, file, isOpaque: fields.hasAlpha && isEverywhereClear(file, limit))
    var report = DecodeReport()
    if rowCount < fields.size.height {
      report.damage = .truncated("\(rowCount) of the \(fields.size.height) rows of a BMP")
    }
    return report
  }

  /// Whether all alpha is 0, because the writer left out the channel. Browsers show such files.
  private func isEverywhereClear(_ file: RawSpan, _ limit: TimeLimit) -> Bool {
    let mask = fields.masks[3]
    for row in limit.rows(0..<rowCount, byteCount: fields.rowByteCount) {
      let start = fields.start + row * fields.rowByteCount
      for x in 0..<fields.size.width {
        let pixel =
          fields.bits == 16
          ? UInt32(file.littleEndian(start + 2 * x, UInt16.self)) : file.littleEndian(start + 4 * x, UInt32.self)
        if pixel & mask != 0 { return false }
      }
    }
    return true
  }

  private mutating func prepareRuns(
    _ file: RawSpan, _ pool: BufferPool, _ limit: TimeLimit
  ) throws(CodecError) -> DecodeReport {
    let size = fields.size
    let decoded = try allocating { () throws(OutOfMemory) in try IndexedPixels(size, from: pool) }
    var runs = BMPRunLengths(fields)
    let ending = decoded.withIndices { runs.decode(file.extracting(fields.start..<file.byteCount), into: &$0, limit) }
    var report = DecodeReport()
    switch ending {
    case .complete: break
    case .late: throw .timeout
    case .truncated: report.damage = .truncated("the runs of a BMP")
    }
    indices = (decoded, ColorTable(fields, file))
    return report
  }

  mutating func read(_ y: Int, of file: RawSpan, into row: inout MutableRawSpan) {
    let channels = header.decodedChannels
    if let (indices, colors) = indices {
      indices.withRow(y) { colors.expand($0, to: &row, at: 0, channels: channels) }
      return
    }
    let fileRow = fields.fileRow(y)
    guard fileRow < rowCount else {
      row.clear(0..<header.size.width * channels)
      return
    }
    let start = fields.start + fileRow * fields.rowByteCount
    pixels?.convert(file.extracting(start..<min(start + fields.rowByteCount, file.byteCount)), to: &row)
  }
}
