import CImageCodecs
import Foundation
import TestSupport

@testable import ImageCodecs
@testable import ImageCore

/// The result of libpng for a file: its header, and whether the pixels are sound.
struct PlainPNG {
  var layout: PNGPixelLayout
  var channels: Int
  var depth: SampleDepth
  var gamma: UInt32
  var srgbIntent: Int
  var profile: [UInt8]
  var chromaticities: [UInt32]
  var isSound: Bool
  /// Rows without padding, samples in native byte order.
  var pixels: [UInt8]

  /// Nil if libpng rejects the header.
  init?(_ bytes: [UInt8]) {
    guard let reader = unsafe png_reader_create() else { return nil }
    defer { unsafe png_reader_destroy(reader) }
    var header = png_header()
    var shape = png_shape()
    var report = codec_report()
    let limits = codec_limits(max_scans: 0, max_memory: 0, deadline: 0)
    var decoded: (isSound: Bool, pixels: [UInt8])?
    unsafe bytes.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress,
        unsafe png_reader_begin(reader, base, source.count, limits, &header, &shape, &report).rawValue == 0
      else { return }
      // Mutated headers can declare any size. Large images are not compared.
      guard shape.stride * Int(header.height) <= 1 << 24 else { return }
      var pixels = [UInt8](repeating: 0, count: shape.stride * Int(header.height))
      let status = unsafe pixels.withUnsafeMutableBufferPointer { target -> codec_status? in
        guard let base = target.baseAddress else { return nil }
        let plane = unsafe codec_plane(base: base, stride: shape.stride, rows: Int(header.height))
        return unsafe png_reader_read(reader, plane, &report)
      }
      decoded = (status?.rawValue == 0, pixels)
    }
    guard let decoded else { return nil }
    layout = PNGPixelLayout(
      width: Int(header.width), height: Int(header.height), bits: Int(header.bits), colorType: Int(header.color_type),
      isInterlaced: header.interlaced)
    channels = Int(shape.channels)
    depth = shape.bits == 16 ? .sixteen : .eight
    gamma = header.gamma
    srgbIntent = Int(header.srgb_intent)
    profile = unsafe header.icc.map { unsafe [UInt8](UnsafeBufferPointer(start: $0, count: header.icc_bytes)) } ?? []
    let xy = header.chromaticities
    chromaticities = header.has_chromaticities ? [xy.0, xy.1, xy.2, xy.3, xy.4, xy.5, xy.6, xy.7] : []
    isSound = decoded.isSound
    pixels = decoded.pixels
  }
}

/// How much room a test gives the fast decoder.
enum PlaneRoom: CaseIterable {
  /// As much as it asks for.
  case roomy
  /// No byte between rows that fill their stride, so that only one row at a time can be unfiltered.
  case tight
  /// Strips of rows.
  case strips
}

/// The fast decoder's pixels, rows without padding; nil if it declines.
func fastPixels(
  _ bytes: [UInt8], like plain: PlainPNG, instructionSet: InstructionSet, room: PlaneRoom = .roomy
) -> [UInt8]? {
  let pool = BufferPool()
  let decoder = StreamingPNGDecoder(pool: pool, instructionSet: instructionSet)
  if room == .strips {
    var strips: [UInt8] = []
    let result = unsafe bytes.withUnsafeBytes { bytes in
      try? unsafe decoder.decode(
        bytes, layout: plain.layout, channels: plain.channels, depth: plain.depth, deadline: 0
      ) {
        strips += pixels(of: $0)
        return true
      }
    }
    return result == .done ? strips : nil
  }
  let found = try? Plane(
    size: PixelSize(width: plain.layout.width, height: plain.layout.height), channels: plain.channels,
    depth: plain.depth,
    minStride: room == .tight ? 0 : StreamingPNGDecoder.minStride(for: plain.layout, channels: plain.channels),
    from: pool)
  guard let plane = found else { fatalError("a test's image fits into memory") }
  let result = unsafe bytes.withUnsafeBytes { try? unsafe decoder.decode($0, layout: plain.layout, into: plane) }
  return result == .done ? pixels(of: plane) : nil
}

/// Rows without padding.
func pixels(of plane: borrowing Plane) -> [UInt8] {
  var result: [UInt8] = []
  for y in 0..<plane.size.height {
    unsafe result.append(contentsOf: UnsafeRawBufferPointer(start: plane.row(y), count: plane.rowByteCount))
  }
  return result
}

func plane(
  _ pixels: [UInt8], size: PixelSize, channels: Int, depth: SampleDepth, from pool: BufferPool
) -> Plane {
  guard let plane = try? Plane(size: size, channels: channels, depth: depth, from: pool) else {
    fatalError("a test's image fits into memory")
  }
  for y in 0..<size.height {
    let row = pixels[(y * plane.rowByteCount)..<((y + 1) * plane.rowByteCount)]
    unsafe UnsafeMutableRawBufferPointer(start: plane.row(y), count: plane.rowByteCount).copyBytes(from: row)
  }
  return plane
}

/// Smooth with some noise, so that every filter is chosen somewhere.
func patternPixels(size: PixelSize, channels: Int, depth: SampleDepth, seed: UInt64) -> [UInt8] {
  var numbers = SeededNumbers(seed: seed)
  let samples = size.width * channels * depth.byteCount
  return (0..<(samples * size.height)).map { index in
    let (y, x) = index.quotientAndRemainder(dividingBy: samples)
    let noise = Int(truncatingIfNeeded: numbers.next() & 7)
    return UInt8(truncatingIfNeeded: y % 3 == 0 ? noise * 31 : x * 3 + y * y + noise)
  }
}

/// Builds a PNG chunk by chunk, for files that no encoder here writes.
struct PNGBuilder {
  private(set) var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  mutating func header(width: Int, height: Int, bits: Int = 8, colorType: Int, interlace: UInt8 = 0) {
    let size = Self.bigEndian(UInt32(width)) + Self.bigEndian(UInt32(height))
    chunk("IHDR", size + [UInt8(bits), UInt8(colorType), 0, 0, interlace])
  }

  mutating func chunk(_ name: String, _ body: [UInt8]) {
    let named = Array(name.utf8) + body
    bytes += Self.bigEndian(UInt32(body.count)) + named + Self.bigEndian(Self.checksum(named))
  }

  /// A zlib stream of stored blocks.
  static func stored(_ bytes: [UInt8]) -> [UInt8] { PNGParts.stored(bytes) }

  /// A zlib stream by libdeflate.
  static func deflated(_ bytes: [UInt8], level: Int = 1) -> [UInt8] {
    guard let compressor = Compressor(level: level) else { return [] }
    var result = [UInt8](repeating: 0, count: compressor.bound(bytes.count))
    let count = unsafe bytes.withUnsafeBytes { source in
      unsafe result.withUnsafeMutableBytes { target in
        unsafe compressor.compress(source, target.baseAddress.unsafelyUnwrapped, target.count)
      }
    }
    return Array(result.prefix(count))
  }

  static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
  }

  /// PNG's CRC, bit by bit.
  static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1 }
    }
    return ~crc
  }

  /// The chunks of a whole file, each with its length, name, body and CRC.
  static func chunks(of file: [UInt8]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var offset = 8
    while offset + 12 <= file.count {
      let length = file[offset..<(offset + 4)].reduce(0) { $0 << 8 | Int($1) }
      guard offset + 12 + length <= file.count else { break }
      result.append(Array(file[offset..<(offset + 12 + length)]))
      offset += 12 + length
    }
    return result
  }

  /// A file of the signature and these chunks, with corrected CRCs.
  static func file(_ chunks: [[UInt8]]) -> [UInt8] {
    chunks.reduce(PNGBuilder().bytes) { file, chunk in
      file + chunk.dropLast(4) + bigEndian(checksum(chunk.dropFirst(4).dropLast(4)))
    }
  }
}

/// The images of PngSuite; none if the corpus is missing.
func pngSuite() -> [URL] {
  guard let folder = Places.corpus("pngsuite")?.appending(path: "png") else { return [] }
  let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
  return (files ?? []).filter { $0.pathExtension == "png" }.sorted { $0.path < $1.path }
}
