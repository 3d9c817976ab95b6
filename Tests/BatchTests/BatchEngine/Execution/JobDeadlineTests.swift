import Foundation
import ImageCodecs
import ImageCore
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageErrors
@testable import RunState
@testable import Thumbnailing

/// `--timeout` ends an image at whichever clock reading the time is over, whatever its options, and leaves nothing behind.
@Suite struct JobDeadlineTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let samples = [
    "dogs/rex.jpg", "dogs/bello.png", "patterns/adam7.png", "patterns/orientation-6.jpg", "patterns/cmyk.jpg",
    "patterns/gray-16bit.png", "patterns/noise-restart.jpg",
  ]

  private static let optionSets: [(name: String, change: @Sendable (inout ThumbnailOptions) -> Void)] = [
    ("plain", { _ in }),
    ("gray, in light", { options in (options.color, options.light) = (.gray, .linear) }),
    ("a crop where most is to see", { options in (options.fit, options.gravity) = (.cover, .entropy) }),
    (
      "padded, converted, with metadata",
      { options in
        options.fit = .contain
        options.profile = .srgb
        options.metadata = .keep
      }
    ),
    (
      "enlarged, by libjpeg, progressive",
      { options in
        options.size = .box(width: 900, height: 900)
        (options.upscale, options.fit, options.decoder, options.jpeg.scans) = (.allowed, .fill, .libjpeg, .progressive)
      }
    ),
  ]

  private func outcome(_ sample: String, _ options: ThumbnailOptions, _ format: ImageFormat, looks: UInt64?) -> (
    Outcome?, looks: Int
  ) {
    let source = FilePath(Places.samples.appending(path: sample).path)
    let job = Job(index: 0, source: source, output: folder("out"), format: format, sourceByteCount: 0)
    let runner = JobRunner(options: options, timeout: looks.map { .nanoseconds(Int64($0)) } ?? .seconds(1 << 20))
    return SteppingClock.counting { runner.outcome(of: job) }
  }

  @Test(arguments: samples, optionSets.indices)
  func `an image whose time is over fails with the timeout code`(sample: String, index: Int) throws {
    let (name, change) = JobDeadlineTests.optionSets[index]
    var options = ThumbnailOptions()
    change(&options)
    for format in [ImageFormat.jpeg, .png] {
      let (whole, looks) = outcome(sample, options, format, looks: nil)
      guard case .written = whole else {
        Issue.record("\(name), \(format): \(String(describing: whole))")
        continue
      }
      #expect(looks > 6)
      try FileManager.default.removeItem(atPath: folder("out").string)
      // The deadline is computed from the first reading.
      for look in Set([1, 2, 3, 4, looks / 4, looks / 3, looks / 2, looks * 2 / 3, looks - 2, looks - 1]) where look > 0
      {
        let (early, _) = outcome(sample, options, format, looks: UInt64(look))
        guard case .failed(let error) = early, error.code == .timeout else {
          Issue.record("\(name), \(format), look \(look) of \(looks): \(String(describing: early))")
          continue
        }
        #expect(!FileManager.default.fileExists(atPath: folder("out").string))
      }
    }
  }

  @Test func `waiting does not count toward the deadline, and the time before it does`() {
    let (left, _) = SteppingClock.counting { () -> UInt64 in
      var deadline = Deadline(after: .nanoseconds(100))  // at 101
      let begin = deadline.now  // 2
      for _ in 0..<50 { _ = deadline.now }  // up to 52
      deadline.exclude(since: begin)  // 53: 51 are not counted
      return deadline.nanoseconds
    }
    #expect(left == 101 + 51)
  }

  @Test func `without a timeout the clock is never read`() {
    let source = FilePath(Places.samples.appending(path: "dogs/rex.jpg").path)
    let job = Job(index: 0, source: source, output: folder("out"), format: .jpeg, sourceByteCount: 0)
    #expect(SteppingClock.counting { JobRunner(options: ThumbnailOptions()).outcome(of: job) }.looks == 0)
  }
}
