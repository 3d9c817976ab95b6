import DecoderTrials
import ImageCore
import Testing

@testable import ImageCodecs

/// `JPEGEncoding` writes the bytes of libjpeg. `make differential` has many more cases.
@Suite struct EncodingIdentityTests {
  private let pool = BufferPool()

  static let instructions = InstructionSet.allCases.filter(\.isSupported)

  @Test(arguments: instructions)
  func `random images of all samplings and qualities have the bytes of libjpeg`(_ instructions: InstructionSet) throws {
    let (ours, theirs) = (JPEGEncoder(pool: pool, instructions: instructions), try LibjpegEncoder(pool: pool))
    for seed in 0..<400 {
      let trial = EncodingTrial(seed: UInt64(seed), maxSide: seed % 8 == 0 ? 300 : 70)
      #expect(try trial.isSame(ours, theirs, pool: pool), "\(trial)")
    }
  }

  @Test(arguments: EncodingTrial.factors)
  func `MCUs of all sizes are padded like those of libjpeg`(_ factors: (Int, Int)) throws {
    let (ours, theirs) = (JPEGEncoder(pool: pool), try LibjpegEncoder(pool: pool))
    for side in 1...34 {
      for size in [(side, 35 - side), (side, side), (side, 3), (3, side)] {
        var trial = EncodingTrial(seed: UInt64(side), maxSide: 1)
        (trial.width, trial.height) = size
        trial.factors = factors
        #expect(try trial.isSame(ours, theirs, pool: pool), "\(trial)")
      }
    }
  }

  @Test func `all qualities have the steps of libjpeg`() throws {
    let (ours, theirs) = (JPEGEncoder(pool: pool), try LibjpegEncoder(pool: pool))
    for quality in 1...100 {
      var trial = EncodingTrial(seed: 3, maxSide: 40)
      trial.quality = quality
      trial.factors = (1, 1)
      #expect(try trial.isSame(ours, theirs, pool: pool), "\(trial)")
    }
  }

  @Test func `metadata and profiles of several segments are written like those of libjpeg`() throws {
    let (ours, theirs) = (JPEGEncoder(pool: pool), try LibjpegEncoder(pool: pool))
    for count in [0, 1, 65_533 - ImageMetadata.exifStart.count, 65_533] {
      for profileCount in [128, 65_519, 65_520, 200_000] {
        var profile = [UInt8](repeating: 7, count: profileCount)
        // Color space RGB, signature (ICC.1:2022, 7.2).
        profile.replaceSubrange(16..<20, with: Array("RGB ".utf8))
        profile.replaceSubrange(36..<40, with: Array("acsp".utf8))
        var trial = EncodingTrial(seed: 5, maxSide: 20)
        trial.factors = (2, 2)
        let isSame = try trial.isSame(ours, theirs, pool: pool) { request in
          request.profile = profile
          request.metadata.exif = [UInt8](repeating: 3, count: count)
          request.metadata.xmp = Array("<x/>".utf8)
        }
        #expect(isSame, "\(count) bytes of EXIF, \(profileCount) of a profile")
      }
    }
  }

  @Test func `progressive and RGB are left to libjpeg`() throws {
    let ours = JPEGEncoder(pool: pool)
    var request = EncodeRequest(format: .jpeg)
    let size = PixelSize(width: 9, height: 9)
    let rgb = Image.pixels(try Plane(size: size, channels: 3, from: pool))
    #expect(try unsafe ours.encodeBaseline(rgb, request, factors: (2, 2)) == nil)
    let gray = Image.pixels(try Plane(size: size, channels: 1, from: pool))
    #expect(try unsafe ours.encodeBaseline(gray, request, factors: (2, 2)) != nil)
    request.jpeg.scans = .progressive
    #expect(try unsafe ours.encodeBaseline(gray, request, factors: (2, 2)) == nil)
  }

  @Test func `what JPEG cannot hold is left to libjpeg, which refuses it`() throws {
    let ours = JPEGEncoder(pool: pool)
    let tooWide = Image.pixels(try Plane(size: PixelSize(width: 65_536, height: 1), channels: 1, from: pool))
    #expect(try unsafe ours.encodeBaseline(tooWide, EncodeRequest(format: .jpeg), factors: (1, 1)) == nil)
    #expect(throws: CodecError.self) { _ = try unsafe ours.encode(tooWide, EncodeRequest(format: .jpeg)) }
    var request = EncodeRequest(format: .jpeg)
    request.jpeg.quality = 0
    let gray = Image.pixels(try Plane(size: PixelSize(width: 9, height: 9), channels: 1, from: pool))
    #expect(throws: CodecError.self) { _ = try unsafe ours.encode(gray, request) }
  }
}
