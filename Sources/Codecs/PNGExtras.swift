/// Chunks before a PNG's pixels that libpng is not asked for.
struct PNGExtras {
  /// The four code points of cICP (PNG, third edition, 11.3.2.6).
  private(set) var codePoints: [UInt8]?
  /// The rendering intent of sRGB. libpng drops it where gAMA or cHRM say something else.
  private(set) var srgbIntent: UInt8?
  /// Whether acTL tells of more than one frame.
  private(set) var isAnimated = false

  private static let cicp: UInt32 = 0x6349_4350
  private static let srgb: UInt32 = 0x7352_4742
  private static let actl: UInt32 = 0x6163_544C
  private static let idat: UInt32 = 0x4944_4154

  /// Reads as far as the chunks are sound; whether they are is for libpng to say.
  init(_ bytes: UnsafeRawBufferPointer) {
    var offset = 8
    while bytes.count - offset >= 12 {
      let length = unsafe Int(bytes.bigEndian(offset, UInt32.self))
      let name = unsafe bytes.bigEndian(offset + 4, UInt32.self)
      guard length <= bytes.count - offset - 12, name != PNGExtras.idat else { return }
      if name == PNGExtras.cicp, length == 4 { codePoints = unsafe [UInt8](bytes[offset + 8..<offset + 12]) }
      if name == PNGExtras.srgb, length == 1, unsafe bytes[offset + 8] <= 3 { srgbIntent = unsafe bytes[offset + 8] }
      if name == PNGExtras.actl, length == 8 { isAnimated = unsafe bytes.bigEndian(offset + 8, UInt32.self) > 1 }
      offset += 12 + length
    }
  }
}
