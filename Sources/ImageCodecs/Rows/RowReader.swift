internal import ImageCore

/// An image of one format whose rows can be produced in any order.
protocol RowSource {
  /// Reads the header of a file.
  init(_ file: RawSpan) throws(CodecError)

  var header: ImageHeader { get }

  /// Prepares the rows, before the first is read.
  /// - Throws: if there are no pixels at all.
  mutating func prepare(_ file: RawSpan, pool: BufferPool, _ limit: TimeLimit) throws(CodecError) -> DecodeReport

  /// Writes a row of the image, in samples of 8 bits. Pixels that the file does not have are zero.
  /// - Parameter row: has room for the whole row, and is as long as the rows of all planes of this width.
  mutating func read(_ y: Int, of file: RawSpan, into row: inout MutableRawSpan)
}

/// Reads whole images and strips row by row.
@safe final class RowReader<Source: RowSource>: FormatReader {
  private let pool: BufferPool
  private var source: Source?
  /// Of the current image, once its rows are prepared.
  private var report: DecodeReport?
  private var deadline: UInt64 = 0
  // SAFETY: the caller keeps the bytes valid until `finish` or the next header, which replaces this pointer.
  private var bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

  init(pool: BufferPool) { self.pool = pool }

  func readHeader(_ bytes: UnsafeRawBufferPointer, limits: DecodeLimits) throws(CodecError) -> ImageHeader {
    finish()
    deadline = limits.deadline
    let source = try unsafe Source(bytes.bytes)
    self.source = source
    unsafe self.bytes = unsafe bytes
    var header = source.header
    header.comesInStrips = true
    return header
  }

  func setDeadline(_ deadline: UInt64) { self.deadline = deadline }

  func finish() {
    (source, report) = (nil, nil)
    unsafe bytes = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  }

  func decode(_ request: DecodeRequest) throws(CodecError) -> DecodedImage {
    let (header, report) = try prepare()
    let plane = try plane(header, rows: header.size.height)
    try read(0..<header.size.height, into: plane)
    return DecodedImage(image: .pixels(plane), report: report)
  }

  func decodeStrips(
    _ request: DecodeRequest, _ take: (borrowing Image) throws(OutOfMemory) -> Bool
  ) throws(CodecError) -> StripDecoding {
    let (header, report) = try prepare()
    guard report.damage == nil else { return .declined }
    let (height, count) = (header.size.height, RowReader.rowsOfStrip(header))
    let memory = try plane(header, rows: min(count, height))
    for start in stride(from: 0, to: height, by: count) {
      let rows = start..<min(start + count, height)
      let strip = memory.shared(height: rows.count)
      try read(rows, into: strip)
      do throws(OutOfMemory) {
        guard try take(.pixels(strip)) else { return .stopped }
      } catch {
        throw CodecError(error)
      }
    }
    return .decoded(report)
  }

  private func prepare() throws(CodecError) -> (ImageHeader, DecodeReport) {
    guard var source else { throw .broken("an image was decoded before its header was read") }
    if let report { return (source.header, report) }
    let prepared = try unsafe source.prepare(bytes.bytes, pool: pool, TimeLimit(deadline: deadline))
    (self.source, report) = (source, prepared)
    return (source.header, prepared)
  }

  /// An even number of rows that stay in the second-level cache.
  private static func rowsOfStrip(_ header: ImageHeader) -> Int {
    max(2, min(256, (160 << 10) / (header.size.width * header.decodedChannels)) & ~1)
  }

  private func plane(_ header: ImageHeader, rows: Int) throws(CodecError) -> Plane {
    try allocating { () throws(OutOfMemory) in
      try Plane(
        size: PixelSize(width: header.size.width, height: rows), channels: header.decodedChannels, from: pool)
    }
  }

  /// Reads consecutive rows into the first rows of a plane.
  private func read(_ rows: Range<Int>, into plane: borrowing Plane) throws(CodecError) {
    let limit = TimeLimit(deadline: deadline)
    for y in limit.rows(rows, byteCount: plane.rowByteCount) {
      // SAFETY: a row of a plane has `stride` bytes, and `rows` are as many as the plane has.
      var row = unsafe UnsafeMutableRawBufferPointer(start: plane.row(y - rows.lowerBound), count: plane.stride)
        .mutableBytes
      unsafe source?.read(y, of: bytes.bytes, into: &row)
    }
    try limit.check()
  }
}

extension MutableRawSpan {
  /// Sets the bytes of a range to zero.
  mutating func clear(_ range: Range<Int>) {
    for offset in range { storeBytes(of: 0, toByteOffset: offset, as: UInt8.self) }
  }
}
