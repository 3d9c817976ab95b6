internal import ImageCore

/// A reader that can produce the rows of its image in any order: it decodes whole planes and strips by them.
protocol RowReader: FormatReader {
  var pool: BufferPool { get }
  /// The size and the samples per pixel of the current image.
  var size: PixelSize { get }
  var channels: Int { get }
  var deadline: UInt64 { get }

  /// Prepares the rows, before the first is read.
  /// - Throws: if there are no pixels at all.
  func prepare() throws(CodecError) -> DecodeReport

  /// Writes a row of the image. Pixels that the file does not have are zero.
  /// - Parameter row: has room for the whole row, and is as long as the rows of all planes of this width.
  func read(_ y: Int, into row: inout MutableRawSpan)
}

extension RowReader {
  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
    let report = try prepare()
    let plane = try allocating { () throws(OutOfMemory) in try Plane(size: size, channels: channels, from: pool) }
    guard read(0..<size.height, into: plane) else { throw .timeout }
    return DecodedImage(image: .pixels(plane), report: report)
  }

  func decodeStrips(
    _ request: DecodeRequest, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> StripDecoding {
    let report = try prepare()
    guard report.damage == nil else { return .declined }
    let count = min(rowsOfStrip, size.height)
    let strip = try plane(rows: count)
    for y in stride(from: 0, through: size.height - count, by: count) {
      guard try give(y..<y + count, strip, take) else { return .stopped }
    }
    let rest = size.height % count
    if rest > 0 {
      guard try give(size.height - rest..<size.height, plane(rows: rest), take) else { return .stopped }
    }
    return .decoded(report)
  }

  /// An even number of rows that stay in the second-level cache.
  private var rowsOfStrip: Int { max(2, min(256, (160 << 10) / (size.width * channels)) & ~1) }

  private func plane(rows: Int) throws(CodecError) -> Plane {
    try allocating { () throws(OutOfMemory) in
      try Plane(size: PixelSize(width: size.width, height: rows), channels: channels, from: pool)
    }
  }

  private func give(
    _ rows: Range<Int>, _ strip: borrowing Plane, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> Bool {
    guard read(rows, into: strip) else { throw .timeout }
    do throws(OutOfMemory) { return try take(.pixels(strip.shared())) } catch { throw CodecError(error) }
  }

  /// Reads consecutive rows into the first rows of a plane; false once the deadline has passed.
  private func read(_ rows: Range<Int>, into plane: borrowing Plane) -> Bool {
    let limit = TimeLimit(deadline: deadline)
    for y in limit.rows(rows, byteCount: plane.rowByteCount) {
      // SAFETY: a row of a plane has `stride` bytes, and `rows` are as many as the plane has.
      var row = unsafe UnsafeMutableRawBufferPointer(start: plane.row(y - rows.lowerBound), count: plane.stride)
        .mutableBytes
      read(y, into: &row)
    }
    return !limit.hasPassed
  }
}

extension MutableRawSpan {
  /// Sets the bytes of a range to zero.
  mutating func clear(_ range: Range<Int>) {
    for offset in range { storeBytes(of: 0, toByteOffset: offset, as: UInt8.self) }
  }
}
