import ImageCore
import TestSupport
import Testing

@testable import ImageCodecs

/// Encoders check the clock while they work, and return no file once the deadline has passed.
@Suite struct EncodingTimeTests {
  private let pool = BufferPool()

  private struct Trial {
    let looks: Int
    let error: CodecError?
  }

  private func trial(_ plane: borrowing Plane, _ request: EncodeRequest, deadline: UInt64) -> Trial {
    pool.limit = TimeLimit(deadline: deadline)
    defer { pool.limit = TimeLimit() }
    let encoder = Encoder(pool: pool)
    let image = Image.pixels(plane.shared())
    let (error, looks) = SteppingClock.counting { () -> CodecError? in
      do throws(CodecError) {
        _ = try unsafe encoder.encode(image, request)
        return nil
      } catch {
        return error
      }
    }
    return Trial(looks: looks, error: error)
  }

  private static func request(_ format: ImageFormat, _ change: (inout EncodeRequest) -> Void = { _ in })
    -> EncodeRequest
  {
    var request = EncodeRequest(format: format)
    change(&request)
    return request
  }

  static let requests: [EncodeRequest] = [
    request(.jpeg), request(.jpeg) { $0.jpeg.scans = .progressive }, request(.jpeg) { $0.jpeg.subsampling = .none },
    request(.png) { $0.png.level = 0 }, request(.png) { $0.png.level = 1 }, request(.png),
    request(.png) { $0.png.level = 9 },
  ]

  @Test(arguments: requests, [(600, 400), (40, 6000), (6000, 40)])
  func `an encoder stops at any check of the clock after the deadline`(request: EncodeRequest, size: (Int, Int)) {
    var numbers = SeededNumbers(seed: 5)
    let noise = numbers.bytes(size.0 * size.1 * 3)
    let plane = Plane.made(size.0, size.1, channels: 3, from: pool) { x, y, channel in
      Int(noise[(y * size.0 + x) * 3 + channel])
    }
    let whole = trial(plane, request, deadline: .max)
    #expect(whole.error == nil)
    #expect(whole.looks >= noise.count / (160 << 10))
    for look in Set([1, 2, 3, whole.looks / 3, whole.looks / 2, whole.looks - 1, whole.looks]) where look > 0 {
      let early = trial(plane, request, deadline: UInt64(look))
      #expect(early.error == .timeout && early.looks <= look + 1, "look \(look) of \(whole.looks)")
    }
    #expect(trial(plane, request, deadline: .max).error == nil, "the encoder serves the next image")
  }

  @Test(arguments: [(600, 400), (40, 6000), (6000, 40)])
  func `a gray JPEG, which libjpeg does not write, stops as well`(size: (Int, Int)) {
    var numbers = SeededNumbers(seed: 6)
    let noise = numbers.bytes(size.0 * size.1)
    let plane = Plane.made(size.0, size.1, from: pool) { x, y, _ in Int(noise[y * size.0 + x]) }
    let whole = trial(plane, EncodingTimeTests.request(.jpeg), deadline: .max)
    // Noise has about as many symbols as samples.
    #expect(whole.error == nil && whole.looks > noise.count * 3 / (160 << 10))
    for look in 1...whole.looks {
      let early = trial(plane, EncodingTimeTests.request(.jpeg), deadline: UInt64(look))
      #expect(early.error == .timeout && early.looks <= look + 1, "look \(look) of \(whole.looks)")
    }
    #expect(trial(plane, EncodingTimeTests.request(.jpeg), deadline: .max).error == nil)
  }

  @Test func `the later passes of a JPEG check the clock too, once for some rows of MCUs`() {
    let plane = Plane.made(512, 512, channels: 3, from: pool) { x, y, channel in (x * y + channel * 80) % 256 }
    let baseline = trial(plane, EncodingTimeTests.request(.jpeg), deadline: .max).looks
    let progressive = trial(plane, EncodingTimeTests.request(.jpeg) { $0.jpeg.scans = .progressive }, deadline: .max)
      .looks
    // Ten scans, each with one pass for its codes and one for its bits.
    #expect(progressive > baseline + 20)
  }
}
