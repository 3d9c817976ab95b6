/// The four letters that a chunk is named by, as one number (PNG, third edition, 5.3).
struct PNGChunkName: Hashable {
  let code: UInt32

  init(code: UInt32) { self.code = code }

  /// - Precondition: four letters.
  private init(_ letters: String) {
    precondition(letters.utf8.count == 4, "a chunk has a name of four letters")
    code = letters.utf8.reduce(0) { $0 << 8 | UInt32($1) }
  }

  var letters: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: code >> (24 - 8 * UInt32($0))) } }

  static let ihdr = PNGChunkName("IHDR")
  static let plte = PNGChunkName("PLTE")
  static let trns = PNGChunkName("tRNS")
  static let cicp = PNGChunkName("cICP")
  static let iccp = PNGChunkName("iCCP")
  static let srgb = PNGChunkName("sRGB")
  static let gama = PNGChunkName("gAMA")
  static let chrm = PNGChunkName("cHRM")
  static let actl = PNGChunkName("acTL")
  static let exif = PNGChunkName("eXIf")
  static let text = PNGChunkName("tEXt")
  static let ztxt = PNGChunkName("zTXt")
  static let itxt = PNGChunkName("iTXt")
  static let idat = PNGChunkName("IDAT")
  static let iend = PNGChunkName("IEND")
}
