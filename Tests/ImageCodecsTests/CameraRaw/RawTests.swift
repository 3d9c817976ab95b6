import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite struct RawTests {
  /// Of one shape, the smallest first.
  private static let previews = [(24, 16), (48, 32), (96, 64)].map { RawTests.jpeg($0.0, $0.1) }

  private static func jpeg(_ width: Int, _ height: Int) -> [UInt8] {
    MadeJPEG(width, height, factors: [(2, 2), (1, 1), (1, 1)]) { component, x, y in
      (x * 3 + y * (component + 2) + width) % 200 + 20
    }.bytes()
  }

  private func file(
    _ container: RawParts.Container, _ previews: [[UInt8]] = RawTests.previews, orientation: Int? = 1,
    isBigEndian: Bool = false
  ) -> [UInt8] {
    var parts = RawParts(container, previews, orientation: orientation)
    parts.isBigEndian = isBigEndian
    return parts.bytes
  }

  private func recognized(_ bytes: [UInt8]) -> ImageFormat? { unsafe ImageFormat.recognized(bytes.span.bytes) }

  private static let sizes = [PixelSize(width: 24, height: 16), PixelSize(width: 48, height: 32)]

  @Test(arguments: RawParts.Container.allCases, [false, true])
  func `a raw file has the pixels of its largest preview`(container: RawParts.Container, isBigEndian: Bool) throws {
    let bytes = file(container, isBigEndian: isBigEndian)
    let (decoded, alone) = (try DecodedFile(bytes), try DecodedFile(RawTests.previews[2]))
    #expect(decoded.samples == alone.samples && decoded.channels == 3 && !decoded.samples.isEmpty)
    #expect(decoded.report == DecodeReport() && decoded.header.format == .raw && decoded.header.notes == [])
    #expect(decoded.header.size == PixelSize(width: 96, height: 64) && decoded.header.isJPEG)
    let smaller = decoded.header.smallerPreviews
    #expect(smaller.map(\.size) == (container == .raf ? [] : RawTests.sizes))
    #expect(smaller.map(\.preview) == (container == .raf ? [] : [2, 1]))
    #expect(recognized(Array(bytes.prefix(ImageFormat.signatureByteCount))) == .raw)
  }

  @Test(arguments: RawParts.Container.allCases)
  func `the preview of the request is decoded`(container: RawParts.Container) throws {
    let bytes = file(container)
    let decoder = Decoder(pool: BufferPool())
    try unsafe bytes.withUnsafeBytes { bytes in
      let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      for index in header.smallerPreviews.map(\.preview) + [0] {
        var request = DecodeRequest()
        request.preview = index
        guard case .pixels(let plane) = try decoder.decode(request).unwrapped() else { continue }
        #expect(plane.samples == (try DecodedFile(RawTests.previews[2 - index]).samples))
      }
      var request = DecodeRequest()
      request.preview = 3
      #expect(throws: CodecError.self) { _ = try decoder.decode(request).unwrapped() }
    }
  }

  @Test(arguments: RawParts.Container.allCases, 1...8)
  func `the raw file turns its previews, whatever they say`(container: RawParts.Container, orientation: Int) throws {
    let contradicting = RawTests.previews.map { container == .raf ? $0 : OrientationTag.added(3, to: $0) }
    let header = try DecodedFile(file(container, contradicting, orientation: orientation)).header
    #expect(header.orientation.rawValue == orientation)
    #expect(header.smallerPreviews.allSatisfy { $0.orientation.rawValue == orientation })
  }

  @Test func `without an orientation of the raw file that of the largest preview counts`() throws {
    let previews = [RawTests.previews[0], OrientationTag.added(8, to: RawTests.previews[2])]
    #expect(try DecodedFile(file(.dng, previews, orientation: nil)).header.orientation == .turned270)
  }

  @Test func `previews of another shape are left out`() throws {
    // 4:3 with black bars next to 3:2; 1.4 % wider; 3 % wider.
    let previews = [(160, 120), (145, 95), (146, 96), (960, 640)].map { RawTests.jpeg($0.0, $0.1) }
    let header = try DecodedFile(file(.dng, [previews[0], previews[2], previews[3]])).header
    #expect(header.smallerPreviews.map(\.size) == [PixelSize(width: 146, height: 96)])
    #expect(try DecodedFile(file(.pef, Array(previews.dropFirst()))).header.smallerPreviews.count == 2)
  }

  @Test func `data of the sensor that are JPEG without loss are no preview`() throws {
    #expect(DecodedFile.error(file(.dng, [[0xFF, 0xD8, 0xFF, 0xC3, 0, 2]])) == .unsupported(RawTests.nothing))
  }

  private static let nothing = "a raw file without a JPEG preview"

  @Test(arguments: RawParts.Container.allCases)
  func `a raw file without a preview is unsupported`(container: RawParts.Container) {
    #expect(DecodedFile.error(file(container, [Array("no JPEG".utf8)])) == .unsupported(RawTests.nothing))
  }

  @Test(arguments: RawParts.Container.allCases)
  func `a file that is cut gives what it has, or says that it is cut`(container: RawParts.Container) throws {
    let bytes = file(container)
    for count in stride(from: bytes.count - 1, to: 0, by: -97) {
      let cut = Array(bytes.prefix(count))
      guard recognized(cut) == .raw else { continue }
      do {
        let decoded = try DecodedFile(cut)
        #expect(decoded.header.size.width <= 96)
      } catch let error as CodecError {
        #expect(
          [.truncated(""), .corrupt("")].contains(error.kind) || error == .unsupported(RawTests.nothing), "\(count)")
      }
    }
    // The largest preview of all but RAF and CR3 is not the last part of a file.
    guard container == .raf || container == .cr3 else { return }
    #expect(try DecodedFile(Array(bytes.dropLast(2000))).report.damage?.kind == .truncated(""))
  }

  @Test(arguments: RawParts.Container.allCases)
  func `any bytes give an image or an error, the same each time`(container: RawParts.Container) {
    let whole = file(container, Array(RawTests.previews.prefix(2)))
    var numbers = SeededNumbers(seed: 21)
    var limits = DecodeLimits()
    limits.pixelCount = 1 << 16
    // The directories and boxes are before the previews, and at the end of the notes of makers.
    let start = min(whole.count, 1200)
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<1 + numbers.next() % 4 {
        bytes[Int(numbers.next() % UInt64(start))] = UInt8(truncatingIfNeeded: numbers.next() >> 16)
      }
      #expect(DecodedFile.error(bytes, limits) == DecodedFile.error(bytes, limits))
    }
  }

  @Test(arguments: RawParts.Container.allCases)
  func `the samples are composed as in these tests`(container: RawParts.Container) throws {
    let sample = try Places.sample("formats/previews.\(container.rawValue)")
    // Without the data of the sensor, which are JPEG without loss in a CR2.
    let previews = unsafe RawContainer(sample.span.bytes).previews.map { Array(sample[$0]) }.filter { $0.count > 4 }
    #expect(previews.count == (container == .raf ? 1 : 2))
    let sorted = previews.sorted { $0.count < $1.count }
    #expect(RawParts(container, sorted, orientation: container == .raf ? nil : 1).bytes == sample)
  }

  @Test func `directories that lead to themselves and to each other are read once`() throws {
    let bytes = file(.dng)
    var endless = bytes
    // The first directory is at 8: where its next one would be, its own offset, and then those of all positions.
    let next = 8 + 2 + 12 * Int(bytes[8])
    for target in [8, next, bytes.count - 1, Int(UInt32.max)] {
      endless.replaceSubrange(next..<next + 4, with: (0..<4).map { UInt8(truncatingIfNeeded: target >> (8 * $0)) })
      #expect(try DecodedFile(endless).samples == DecodedFile(bytes).samples)
    }
  }

  @Test func `entries without end and many directories take little time`() {
    // Each of 65,535 entries leads to a directory of 65,535 entries.
    var bytes = Array("II*\0\u{8}\0\0\0".utf8) + [0xFF, 0xFF]
    for index in 0..<65_535 { bytes += [0x4A, 1, 4, 0, 1, 0, 0, 0, UInt8(index & 255), UInt8(index >> 8), 0, 0] }
    #expect(recognized(bytes) == .tiff)
    bytes.replaceSubrange(0..<4, with: Array("IIU\0".utf8))
    #expect(DecodedFile.error(bytes) == .unsupported(RawTests.nothing))
  }
}

extension CodecError {
  /// The error without its text.
  fileprivate var kind: CodecError {
    switch self {
    case .truncated: .truncated("")
    case .corrupt: .corrupt("")
    default: self
    }
  }
}
