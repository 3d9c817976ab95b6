import ImageCore
import TestSupport
import Testing

@Suite struct OrientationTests {
  /// The stored form of the upright image `ab / cd / ef`, by the corner that EXIF 2.32 gives for each value.
  static let stored: [(Orientation, [[Int]])] = [
    (.upright, [[1, 2], [3, 4], [5, 6]]), (.mirrored, [[2, 1], [4, 3], [6, 5]]),
    (.turned180, [[6, 5], [4, 3], [2, 1]]), (.flipped, [[5, 6], [3, 4], [1, 2]]),
    (.transposed, [[1, 3, 5], [2, 4, 6]]), (.turned90, [[2, 4, 6], [1, 3, 5]]),
    (.transversed, [[6, 4, 2], [5, 3, 1]]), (.turned270, [[5, 3, 1], [6, 4, 2]]),
  ]

  @Test(
    arguments: stored, [(1, SampleDepth.eight), (2, .eight), (3, .eight), (4, .eight), (1, .sixteen), (3, .sixteen)])
  func `every orientation is turned upright, for any pixel size`(
    form: (Orientation, [[Int]]), kind: (channels: Int, depth: SampleDepth)
  ) throws {
    let pool = BufferPool()
    let rows = form.1
    let plane = Plane.made(rows[0].count, rows.count, channels: kind.channels, depth: kind.depth, from: pool) {
      rows[$1][$0] * 10 + $2
    }
    let upright = try plane.turned(form.0, from: pool)
    #expect(upright.size == PixelSize(width: 2, height: 3))
    #expect(upright.samples == (1...6).flatMap { pixel in (0..<kind.channels).map { pixel * 10 + $0 } })
  }

  @Test(arguments: stored)
  func `an axis is reversed if its first sample becomes the last`(form: (Orientation, [[Int]])) {
    let (orientation, rows) = form
    // Along a stored row, the upright position increases unless the columns are reversed.
    #expect((rows[0][0] > rows[0][1]) == orientation.reversesColumns)
    #expect((rows[0][0] > rows[1][0]) == orientation.reversesRows)
  }
}
