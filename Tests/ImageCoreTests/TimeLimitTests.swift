import TestSupport
import Testing

@testable import ImageCore

/// All work on a whole image checks the clock as it proceeds, for any shape, and stops as soon as the deadline has passed.
@Suite struct TimeLimitTests {
  private static let work: [(name: String, run: @Sendable (borrowing Plane, BufferPool) throws -> Void)] = [
    ("turning", { plane, pool in _ = try plane.shared().turned(.turned180, from: pool) }),
    ("a quarter turn", { plane, pool in _ = try plane.shared().turned(.turned90, from: pool) }),
    ("gray", { plane, pool in _ = try plane.gray(.luma601, from: pool) }),
    ("luminance", { plane, pool in _ = try plane.gray(.luminance, from: pool) }),
    ("premultiplying", { plane, pool in _ = try plane.premultiplied(from: pool) }),
    ("unpremultiplying", { plane, pool in _ = try plane.widened(pool).unpremultiplied(to: .eight, from: pool) }),
    ("light", { plane, pool in _ = try plane.linearized(from: pool) }),
    ("values of light", { plane, pool in _ = try plane.widened(pool).delinearized(to: .eight, from: pool) }),
    ("flattening", { plane, pool in _ = try plane.shared().flattened(over: .white, from: pool) }),
    ("narrowing", { plane, pool in _ = try plane.widened(pool).narrowed(from: pool) }),
    ("looking for alpha", { plane, pool in _ = plane.isOpaque(within: pool.limit) }),
    (
      "padding",
      { plane, pool in
        let canvas = PixelSize(width: plane.size.width + 2, height: plane.size.height + 2)
        _ = try plane.shared().padded(to: canvas, x: 1, y: 1, fill: [0, 0, 0, 0], from: pool)
      }
    ),
    ("a window", { plane, pool in _ = try plane.shared().window(plane.size, x: 0, y: 0, from: pool) }),
    (
      "the busiest window",
      { plane, pool in
        let isWide = plane.size.width > plane.size.height
        let (width, height) = (plane.size.width, plane.size.height)
        let window = PixelSize(width: isWide ? width / 2 : width, height: isWide ? height : height / 2)
        _ = try plane.highestEntropyWindow(window, step: 1, within: pool.limit)
      }
    ),
    (
      "shrinking",
      { plane, pool in
        let half = PixelSize(width: max(1, plane.size.width / 2), height: max(1, plane.size.height / 2))
        _ = try Resampler(pool: pool).resized(
          plane, rect: SourceRect(plane.size), to: half, kernel: .lanczos3, deadline: pool.limit.deadline)
      }
    ),
    (
      "enlarging",
      { plane, pool in
        let double = PixelSize(width: plane.size.width + 3, height: plane.size.height * 2)
        _ = try Resampler(pool: pool).resized(
          plane, rect: SourceRect(plane.size), to: double, kernel: .mitchell, deadline: pool.limit.deadline)
      }
    ),
  ]

  @Test(arguments: TimeLimitTests.work.indices, [(2000, 400), (400, 2000), (1, 40_000), (40_000, 8)])
  func `each operation checks the clock at least once per 160 KB or step of rows`(index: Int, size: (Int, Int)) throws {
    let (name, run) = TimeLimitTests.work[index]
    let pool = BufferPool()
    let plane = Plane.made(size.0, size.1, channels: 4, from: pool) { _, _, _ in 255 }
    pool.limit = TimeLimit(deadline: .max)
    let looks = try SteppingClock.looks { try run(plane, pool) }
    let isResampling = ["shrinking", "enlarging"].contains(name)
    let rowBytes = name == "a quarter turn" ? 4 * size.1 : 4 * size.0
    let minimum = max(1, 4 * size.0 * size.1 / max(160 << 10, rowBytes * (isResampling ? 32 : 1)))
    let minForRows = isResampling ? size.1 / 5000 : name == "a quarter turn" ? 1 : size.1 / 640
    #expect(looks >= max(minimum, minForRows), "\(name) looks \(looks) times")

    pool.limit = TimeLimit(deadline: 1)
    #expect(try SteppingClock.looks { try run(plane, pool) } == 1, "\(name) goes on when the time is over")
    pool.limit = TimeLimit()
    #expect(try SteppingClock.looks { try run(plane, pool) } == 0, "\(name) has no limit")
  }
}

extension Plane {
  fileprivate func widened(_ pool: BufferPool) throws -> Plane {
    try Plane(size: size, channels: 4, depth: .sixteen, from: pool)
  }
}
