internal import ImageCore

/// The headers of a BMP: BITMAPFILEHEADER, and after it one of Windows or OS/2 in one of their versions (Microsoft, "Bitmap
/// Header Types"; IBM, "OS/2 Bitmap File Format").
struct BMPHeader {
  let size: PixelSize
  /// Whether the first row of the file is the top of the image.
  let isTopDown: Bool
  /// Bits per pixel: 1, 2, 4, 8, 16, 24 or 32.
  let bits: Int
  let coding: Coding
  /// The bits of red, green, blue and alpha in pixels of 16 and 32 bits. An alpha of 0 bits means opaque.
  let masks: [UInt32]
  /// The colors of pixels with up to 8 bits: blue, green, red, and in most files an unused byte.
  let colors: (start: Int, count: Int, stride: Int)
  /// Offset of the pixels.
  let start: Int
  /// The embedded profile, which may be outside the bytes.
  let profile: Range<Int>?

  enum Coding: Sendable {
    case rows
    /// Runs of pixels with 4 or 8 bits.
    case runs
  }

  private static let fileHeaderByteCount = 14
  private static let core = 12
  private static let windows = [40, 52, 56, 108, 124]
  /// Headers of OS/2 may end after any of their fields.
  private static let secondOS2 = 16...64

  static func isKnown(headerByteCount count: Int) -> Bool {
    count == core || windows.contains(count) || secondOS2.contains(count)
  }

  var hasAlpha: Bool { masks[3] != 0 }

  /// Bytes from one row to the next: whole words of 32 bits.
  var rowByteCount: Int { (size.width * bits + 31) / 32 * 4 }

  /// The number of rows that the first bytes of a file contain. The padding of the last one may be missing.
  func rows(in byteCount: Int) -> Int {
    let padding = rowByteCount - (size.width * bits + 7) / 8
    return max(0, min(size.height, (byteCount - start + padding) / rowByteCount))
  }

  /// The position in the file of a row.
  /// - Parameter y: from the top of the image.
  func fileRow(_ y: Int) -> Int { isTopDown ? y : size.height - 1 - y }

  init(_ bytes: RawSpan) throws(CodecError) {
    let first = BMPHeader.fileHeaderByteCount
    guard bytes.byteCount >= first + 4 else { throw .truncated("the headers of a BMP") }
    let count = Int(bytes.littleEndian(first, UInt32.self))
    guard BMPHeader.isKnown(headerByteCount: count) else { throw .unsupported("a BMP with a header of \(count) bytes") }
    guard bytes.byteCount >= first + count else { throw .truncated("the headers of a BMP") }
    let fields = Fields(bytes.extracting(first..<first + count))
    size = try fields.size()
    isTopDown = fields.isTopDown
    bits = fields.bits
    coding = try fields.coding()
    let masksByteCount = fields.masksByteCount
    guard bytes.byteCount >= first + count + masksByteCount else { throw .truncated("the headers of a BMP") }
    masks = try fields.masks(after: bytes.extracting(first + count..<first + count + masksByteCount))
    let colorsStart = first + count + masksByteCount
    let stride = count == BMPHeader.core ? 3 : 4
    // Files without a count may have fewer colors than possible: as many as there is room for before the pixels.
    let stated = Int(bytes.littleEndian(10, UInt32.self))
    let room = (stated >= colorsStart ? min(stated, bytes.byteCount) : bytes.byteCount) - colorsStart
    let colorCount = bits <= 8 ? min(fields.colorCount, room / stride) : 0
    colors = (colorsStart, colorCount, stride)
    start = stated >= colorsStart ? stated : colorsStart + colorCount * stride
    profile = fields.profile.map { first + $0.lowerBound..<first + $0.upperBound }
  }

  /// The fields of the header that follows BITMAPFILEHEADER. Those that a short header does not have are 0.
  private struct Fields {
    private let bytes: [UInt8]
    private let compression: UInt32

    init(_ header: RawSpan) {
      bytes = header.array(0..<header.byteCount)
      compression = Fields.word(bytes, 16)
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
      guard offset + 4 <= bytes.count else { return 0 }
      return (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << UInt32(8 * $1) }
    }

    private func word(_ offset: Int) -> UInt32 { Fields.word(bytes, offset) }
    private func half(_ offset: Int) -> Int { Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 }

    private var isCore: Bool { bytes.count == BMPHeader.core }
    private var isOS2: Bool { !isCore && !BMPHeader.windows.contains(bytes.count) }
    private var signedHeight: Int { isCore ? half(6) : Int(Int32(bitPattern: word(8))) }

    var isTopDown: Bool { signedHeight < 0 }
    var bits: Int { half(isCore ? 10 : 14) }

    /// The number of colors, as far as the header shows.
    var colorCount: Int {
      let stated = isCore ? 0 : Int(word(32))
      return stated > 0 ? min(stated, 1 << bits) : 1 << bits
    }

    func size() throws(CodecError) -> PixelSize {
      let width = isCore ? half(4) : Int(Int32(bitPattern: word(4)))
      guard width > 0, signedHeight != 0, signedHeight > Int(Int32.min) else {
        throw .corrupt("a BMP of \(width)x\(abs(signedHeight)) pixels")
      }
      return PixelSize(width: width, height: abs(signedHeight))
    }

    func coding() throws(CodecError) -> Coding {
      switch (isCore ? 0 : compression, isOS2) {
      case (0, _) where [1, 2, 4, 8, 16, 24, 32].contains(bits): return .rows
      case (1, _) where bits == 8 && !isTopDown, (2, _) where bits == 4 && !isTopDown: return .runs
      case (3, false) where bits == 16 || bits == 32, (6, false) where bits == 16 || bits == 32: return .rows
      case (3, true): throw .unsupported("a BMP of OS/2 with Huffman coding")
      case (4, true): throw .unsupported("a BMP of OS/2 with runs of 24-bit pixels")
      case (4, false): throw .unsupported("a JPEG inside a BMP, for printers")
      case (5, false): throw .unsupported("a PNG inside a BMP, for printers")
      case (11...13, false): throw .unsupported("a BMP of inks (CMYK)")
      case (let compression, _): throw .unsupported("a BMP of \(bits) bits per pixel with compression \(compression)")
      }
    }

    /// Bytes of masks that follow a header of 40 bytes.
    var masksByteCount: Int { bytes.count != 40 ? 0 : compression == 3 ? 12 : compression == 6 ? 16 : 0 }

    func masks(after: RawSpan) throws(CodecError) -> [UInt32] {
      if isCore || (compression != 3 && compression != 6) {
        // The fourth byte of a pixel is unused, whatever its value is ("BITMAPINFOHEADER": "the high byte is not used").
        return bits == 16 ? [0x7C00, 0x3E0, 0x1F, 0] : [0xFF0000, 0xFF00, 0xFF, 0]
      }
      let masks = [0, 4, 8, 12].map { offset in
        bytes.count > 40 ? word(40 + offset) : after.byteCount > offset ? after.littleEndian(offset, UInt32.self) : 0
      }
      for mask in masks where mask != 0 {
        let width = UInt32.bitWidth - mask.leadingZeroBitCount - mask.trailingZeroBitCount
        guard mask.nonzeroBitCount == width, bits == 32 || mask <= 0xFFFF else {
          throw .corrupt("a BMP with a mask of scattered bits")
        }
      }
      return masks
    }

    /// The profile of a header of version 5 with the color space "MBED", relative to the header.
    var profile: Range<Int>? {
      guard bytes.count == 124, word(56) == 0x4D42_4544 else { return nil }
      let (start, count) = (Int(word(112)), Int(word(116)))
      return start..<start + count
    }
  }
}
