internal import CLibDeflate

/// The chunks before a PNG's pixels that this program reads itself, because libpng ignores them or does not report them.
struct PNGAncillaryChunks {
  /// cICP, sRGB, gAMA and cHRM, the first of each. libpng 1.6 drops sRGB if gAMA or cHRM contradict it, and drops all of them
  /// with a profile that it rejects.
  private(set) var colors = PNGColorChunks()
  /// Whether there is an iCCP chunk, valid or not.
  private(set) var hasProfile = false
  /// Whether acTL contains a count of more than one frame.
  private(set) var isAnimated = false

  private static let cicp: UInt32 = 0x6349_4350
  private static let iccp: UInt32 = 0x6943_4350
  private static let srgb: UInt32 = 0x7352_4742
  private static let gama: UInt32 = 0x6741_4D41
  private static let chrm: UInt32 = 0x6348_524D
  private static let actl: UInt32 = 0x6163_544C
  private static let idat: UInt32 = 0x4944_4154

  /// libpng's bounds for gAMA, times 100000 (png_colorspace_set_gamma). Other values count as an error.
  private static let gammas: ClosedRange<UInt32> = 16...625_000_000

  /// Reads chunks as far as they are well-formed. libpng diagnoses the rest.
  init(_ bytes: UnsafeRawBufferPointer) {
    var offset = 8
    while bytes.count - offset >= 12 {
      let length = unsafe Int(bytes.bigEndian(offset, UInt32.self))
      let name = unsafe bytes.bigEndian(offset + 4, UInt32.self)
      guard length <= bytes.count - offset - 12, name != PNGAncillaryChunks.idat else { return }
      if name == PNGAncillaryChunks.iccp { hasProfile = true }
      if length <= PNGAncillaryChunks.longest { unsafe take(name, bytes, offset, length) }
      offset += 12 + length
    }
  }

  /// The longest of the chunks that are read is cHRM.
  private static let longest = 32

  private mutating func take(_ name: UInt32, _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ length: Int) {
    let body = offset + 8
    switch (name, length) {
    case (PNGAncillaryChunks.actl, 8): isAnimated = unsafe bytes.bigEndian(body, UInt32.self) > 1
    case (PNGAncillaryChunks.cicp, 4) where colors.codePoints == nil:
      if unsafe isSound(bytes, offset, length) { colors.codePoints = unsafe [UInt8](bytes[body..<body + 4]) }
    case (PNGAncillaryChunks.srgb, 1) where colors.srgbIntent == nil:
      let intent = unsafe bytes[body]
      if intent <= 3, unsafe isSound(bytes, offset, length) { colors.srgbIntent = intent }
    case (PNGAncillaryChunks.gama, 4) where colors.gamma == nil:
      let gamma = unsafe bytes.bigEndian(body, UInt32.self)
      if PNGAncillaryChunks.gammas.contains(gamma), unsafe isSound(bytes, offset, length) { colors.gamma = gamma }
    case (PNGAncillaryChunks.chrm, 32) where colors.chromaticities == nil:
      let values = (0..<8).map { unsafe bytes.bigEndian(body + 4 * $0, UInt32.self) }
      guard values.allSatisfy({ $0 <= Int32.max }), unsafe isSound(bytes, offset, length) else { break }
      colors.chromaticities = values
    default: break
    }
  }

  /// libpng skips such a chunk if its CRC is wrong.
  private func isSound(_ bytes: UnsafeRawBufferPointer, _ offset: Int, _ length: Int) -> Bool {
    // SAFETY: `init` has checked that name, `length` bytes and the CRC are in the buffer.
    unsafe libdeflate_crc32(0, bytes.baseAddress.unsafelyUnwrapped + offset + 4, length + 4)
      == bytes.bigEndian(offset + 8 + length, UInt32.self)
  }
}
