internal import ImageCore

/// Checks the bytes of an output as a worker process sends them: whether the start, the size and the end match the format and the
/// size that the worker claims. Decodes nothing and keeps at most 30 bytes.
///
/// Sources: ITU-T T.81 annex B (JPEG), the PNG specification's chapter 5, the WebP container specification.
struct ImageStructureCheck {
  private let format: ImageFormat
  private(set) var byteCount = 0
  /// In pixels, according to the file's header.
  private var size: (width: Int, height: Int)?
  private var isBroken = false
  /// The bytes from `start` on, up to the number that the next step needs.
  private var window: [UInt8] = []
  /// Offset of the next part to check: a marker of a JPEG.
  private var start = 0
  private var tail: [UInt8] = []

  private static let endOfPNG: [UInt8] = [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82]
  private static let signatureOfPNG: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  init(_ format: ImageFormat) { self.format = format }

  /// Checks the next bytes of the file.
  mutating func add(_ bytes: ArraySlice<UInt8>) {
    let before = byteCount
    byteCount += bytes.count
    tail = Array((tail + bytes.suffix(12)).suffix(12))
    while size == nil, !isBroken, start < byteCount {
      let from = start + window.count - before
      window += bytes.dropFirst(max(0, from)).prefix(neededByteCount - window.count)
      if window.count < neededByteCount { return }
      look()
      window = []
    }
  }

  /// Whether the bytes are one complete image of this size.
  func isWhole(_ claimed: PixelSize) -> Bool {
    guard !isBroken, let size, size == (claimed.width, claimed.height) else { return false }
    switch format {
    case .jpeg: return tail.suffix(2) == [0xFF, 0xD9]
    case .png: return tail == ImageStructureCheck.endOfPNG
    #if WebP
      case .webp: return true
    #endif
    default: return false
    }
  }

  private var neededByteCount: Int {
    switch format {
    // First SOI alone. Then a marker, a length, and the fields of a frame header before the number of components.
    case .jpeg: start == 0 ? 2 : 9
    case .png: 24
    #if WebP
      case .webp: 30
    #endif
    // Formats that are only read, so no output has them.
    default: 0
    }
  }

  private mutating func look() {
    switch format {
    case .jpeg: lookAtMarker()
    case .png:
      isBroken = !window.starts(with: ImageStructureCheck.signatureOfPNG) || !holds("IHDR", at: 12)
      size = (bigEndian(16, 4), bigEndian(20, 4))
    #if WebP
      case .webp: lookAtWebP()
    #endif
    default: isBroken = true
    }
  }

  private mutating func lookAtMarker() {
    if start == 0 {
      isBroken = window != [0xFF, 0xD8]
      start = 2
      return
    }
    let (marker, length) = (window[1], bigEndian(2, 2))
    // A scan or the end of the image before any frame header.
    if window[0] != 0xFF || marker == 0xDA || marker == 0xD9 || length < 2 { isBroken = true }
    // SOF0...SOF15, without DHT, JPG and DAC.
    if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
      size = (bigEndian(7, 2), bigEndian(5, 2))
    }
    start += 2 + length
  }

  #if WebP
    private mutating func lookAtWebP() {
      isBroken = !holds("RIFF", at: 0) || !holds("WEBP", at: 8)
      switch window[15] {
      case UInt8(ascii: " "): size = (littleEndian(26, 2) & 0x3FFF, littleEndian(28, 2) & 0x3FFF)
      case UInt8(ascii: "L"): size = ((littleEndian(21, 4) & 0x3FFF) + 1, (littleEndian(21, 4) >> 14 & 0x3FFF) + 1)
      case UInt8(ascii: "X"): size = (littleEndian(24, 3) + 1, littleEndian(27, 3) + 1)
      default: isBroken = true
      }
    }

    private func littleEndian(_ at: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(window[at + $1]) << (8 * $1) }
    }
  #endif

  private func holds(_ name: String, at offset: Int) -> Bool { window.dropFirst(offset).starts(with: name.utf8) }

  private func bigEndian(_ at: Int, _ count: Int) -> Int { window[at..<at + count].reduce(0) { $0 << 8 | Int($1) } }
}
