internal import ImageCore

/// The pixels of a PNG file, as its rows store them before filtering.
struct PNGPixels: ~Copyable {
  /// PNG specification, third edition, 6.1.
  enum ColorType: UInt8 {
    case gray = 0
    case rgb = 2
    case palette = 3
    case grayAlpha = 4
    case rgba = 6
  }

  let size: PixelSize
  let colorType: ColorType
  /// Bits per sample, or per index of a palette.
  let bitDepth: Int
  /// The rows. With a palette, a row of bytes that contain one or more indices.
  let rows: Plane
  /// Colors with red in the lowest byte and alpha in the highest; translucent ones first.
  let palette: [UInt32]

  /// The pixels as they are.
  init(_ plane: consuming Plane) {
    size = plane.size
    colorType = [.gray, .grayAlpha, .rgb, .rgba][plane.channels - 1]
    bitDepth = plane.depth.rawValue
    rows = plane
    palette = []
  }

  private init(_ pixels: borrowing PaletteImage, from pool: BufferPool) throws(CodecError) {
    let packed = try pixels.packed(from: pool)
    size = pixels.size
    colorType = .palette
    bitDepth = pixels.bitDepth
    rows = packed
    palette = pixels.palette
  }

  /// Indices of a palette; nil if they would not take less memory than the pixels.
  static func indexed(_ plane: borrowing Plane, from pool: BufferPool) throws(CodecError) -> PNGPixels? {
    guard plane.depth == .eight, let pixels = try PaletteImage(plane, from: pool) else { return nil }
    return try PNGPixels(pixels, from: pool)
  }

  /// PLTE: red, green and blue of each color.
  var paletteBody: [UInt8] {
    palette.flatMap { color in [0, 8, 16].map { UInt8(truncatingIfNeeded: color >> UInt32($0)) } }
  }

  /// tRNS: alpha of the colors up to the last translucent one.
  var alphaBody: [UInt8] { palette.map { UInt8($0 >> 24) }.filter { $0 < 255 } }
}

extension Plane {
  /// The same pixels without alpha if all are opaque, and without color if all are gray.
  /// - Parameter keepsColor: gray pixels stay RGB.
  func withoutConstantChannels(keepsColor: Bool, from pool: BufferPool) throws(CodecError) -> Plane {
    guard depth == .eight, channels > 1 else { return shared() }
    let isOpaque = isOpaque(within: pool.limit)
    if hasAlpha { try pool.limit.check() }
    let isGray = channels < 3 || (!keepsColor && (0..<size.height).allSatisfy { y in unsafe PixelRow(self, y).isGray })
    let count = (isGray ? 1 : 3) + (isOpaque ? 0 : 1)
    if count == channels { return shared() }
    let size = size
    let result = try allocating { () throws(OutOfMemory) in try Plane(size: size, channels: count, from: pool) }
    for y in pool.rows(of: self) {
      // SAFETY: the rows have the same width. All kept channels exist in both.
      var from = unsafe UnsafePointer(row(y).assumingMemoryBound(to: UInt8.self))
      var to = unsafe result.row(y).assumingMemoryBound(to: UInt8.self)
      for _ in 0..<size.width {
        unsafe to[0] = unsafe from[0]
        if !isGray {
          unsafe to[1] = unsafe from[1]
          unsafe to[2] = unsafe from[2]
        }
        if !isOpaque { unsafe to[count - 1] = unsafe from[channels - 1] }
        unsafe from += channels
        unsafe to += count
      }
    }
    try pool.limit.check()
    return result
  }
}

/// The colors of a row of 8-bit samples.
@safe struct PixelRow {
  // SAFETY: the plane outlives the row.
  private let samples: UnsafePointer<UInt8>
  private let channels: Int
  private let width: Int

  @unsafe init(_ plane: borrowing Plane, _ y: Int) {
    unsafe samples = unsafe UnsafePointer(plane.row(y).assumingMemoryBound(to: UInt8.self))
    channels = plane.channels
    width = plane.size.width
  }

  var isGray: Bool {
    for offset in stride(from: 0, to: width * channels, by: channels) {
      let red = unsafe samples[offset]
      if unsafe samples[offset + 1] != red || samples[offset + 2] != red { return false }
    }
    return true
  }

  /// Red in the lowest byte, alpha in the highest.
  @inline(__always) subscript(x: Int) -> UInt32 {
    let at = x * channels
    let first = unsafe UInt32(samples[at])
    let red =
      channels < 3 ? first * 0x010101 : unsafe first | UInt32(samples[at + 1]) << 8 | UInt32(samples[at + 2]) << 16
    let alpha = channels % 2 == 0 ? unsafe UInt32(samples[at + channels - 1]) : 255
    return red | alpha << 24
  }
}
