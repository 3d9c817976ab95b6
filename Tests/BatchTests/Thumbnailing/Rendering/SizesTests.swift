import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing

/// Several sizes of an image from one decoding.
@Suite struct SizesTests {
  private let folder: TemporaryFolder
  private static let sides = [40, 320, 160]

  init() throws { folder = try TemporaryFolder() }

  private func made(_ sample: String, _ sides: [Int], _ change: (inout ThumbnailOptions) -> Void = { _ in }) throws
    -> [[UInt8]]
  {
    var options = ThumbnailOptions()
    options.sizes = sides.map { .box(width: $0, height: $0) }
    change(&options)
    let source = FilePath(Places.samples.appending(path: sample).path)
    let format: ImageFormat = source.extension == "png" ? .png : .jpeg
    let outputs = sides.map { JobOutput(path: folder("\(UUID().uuidString)-\($0)"), format: format) }
    let job = Job(index: 0, source: source, outputs: outputs, sourceByteCount: 0)
    guard case .written(let image) = JobRunner(options: options).outcome(of: job) else {
      Issue.record("\(sample) was not written")
      return []
    }
    let bytes = try outputs.map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0.path.string))) }
    #expect(image.outputs.map(\.byteCount) == bytes.map(\.count))
    return bytes
  }

  @Test(arguments: [
    "dogs/rex.jpg", "dogs/luna.jpg", "dogs/bello.png", "patterns/rgba-disc.png", "patterns/gradient-16bit.png",
    "patterns/cmyk.jpg",
  ])
  func `each size has the same bytes as alone, if the decoder does not shrink`(sample: String) throws {
    for change in [
      { $0.shrink = .off },
      {
        $0.shrink = .off; $0.fit = .cover; $0.gravity = .west
      },
    ] as [(inout ThumbnailOptions) -> Void] {
      let together = try made(sample, SizesTests.sides, change)
      for (position, side) in SizesTests.sides.enumerated() {
        #expect(try made(sample, [side], change) == [together[position]], "\(side)")
      }
    }
  }

  @Test func `the largest size has the same bytes as alone, however the decoder shrinks`() throws {
    let together = try made("dogs/rex.jpg", SizesTests.sides)
    #expect(try made("dogs/rex.jpg", [320]) == [together[1]])
  }

  @Test func `existing outputs are skipped one by one, and the image only if all exist`() throws {
    var options = ThumbnailOptions()
    options.sizes = [.box(width: 60, height: 60), .box(width: 30, height: 30)]
    options.existing = .skip
    let source = FilePath(Places.samples.appending(path: "dogs/rex.jpg").path)
    let outputs = ["a.jpg", "b.jpg"].map { JobOutput(path: folder($0), format: .jpeg) }
    let job = Job(index: 0, source: source, outputs: outputs, sourceByteCount: 0)
    try folder.add("a.jpg", [1, 2, 3])
    guard case .written(let image) = JobRunner(options: options).outcome(of: job) else {
      Issue.record("nothing was written")
      return
    }
    #expect(image.outputs.map(\.skipped) == [.exists, nil])
    #expect(image.outputs[0].byteCount == 0 && image.outputs[1].byteCount > 300)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder("a.jpg").string)) == Data([1, 2, 3]))
    #expect(JobRunner(options: options).outcome(of: job) == .skipped(.exists))
  }

  @Test func `a plane with two owners stays until the last one is gone`() {
    let pool = BufferPool()
    let plane = Plane.made(8, 2, from: pool) { x, y, _ in 10 * y + x }
    let copy = plane.shared()
    let wanted = plane.samples
    _ = consume plane
    let other = Plane.made(8, 2, from: pool) { _, _, _ in 99 }
    #expect(copy.samples == wanted)
    #expect(other.samples.allSatisfy { $0 == 99 })
  }
}
