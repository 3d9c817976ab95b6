package import ImageCore
internal import JPEGDecoding

/// The strips in which `JPEGDecoding` delivers an image, each some rows of MCUs. Every strip except the last has an even number of
/// rows in each plane.
package struct JPEGStrips {
  /// The planes of the whole image.
  package let planes: [PlaneShape]
  let split: MCUStrips
  /// Rows of samples in a row of MCUs, for each plane.
  let rowsPerMCU: [Int]
  private let mcuRows: Int
  /// Upper bound of the memory of a row of MCUs.
  private let rowByteCount: Int

  /// - Parameter planeCount: the planes that are decoded, luma first.
  init(_ sampling: JPEGSampling, size: PixelSize, _ request: DecodeRequest, planeCount: Int) {
    let spacings = (0..<planeCount).map { sampling.pixelsPerSample(ofComponent: $0, request.denominator) }
    planes = spacings.map { spacing in
      let (width, height) = (Double(size.width) / spacing.across, Double(size.height) / spacing.down)
      return PlaneShape(
        size: PixelSize(width: Int(width.rounded(.up)), height: Int(height.rounded(.up))), channels: 1, depth: .eight,
        extent: SourceRect(x: 0, y: 0, width: width, height: height))
    }
    let rowsPerMCU = spacings.map { Int((Double(sampling.pixelsPerMCURow) / $0.down).rounded()) }
    self.rowsPerMCU = rowsPerMCU
    mcuRows = (size.height + sampling.pixelsPerMCURow - 1) / sampling.pixelsPerMCURow
    // Rows are whole blocks, and begin at a multiple of 64.
    rowByteCount = zip(planes, rowsPerMCU).reduce(0) { $0 + ($1.0.size.width + 8 + 63) & ~63 * $1.1 }
    let each = max(2, request.stripByteCount / rowByteCount & ~1)
    // The correction of an edge needs the samples before it, which must be in the same strip.
    let least = rowsPerMCU.min() ?? 1
    split = MCUStrips(each: each, last: 1 + (PaddedEdge.trusted + least - 1) / least)
  }

  /// Rows of MCUs that the planes of a strip hold.
  var maxCount: Int { split.maxCount(of: mcuRows) }

  /// Upper bound of the memory of a strip.
  package var byteCount: Int { maxCount * rowByteCount + planes.count * 4096 }

  /// The rows of a plane that a strip holds.
  func rows(of plane: Int, in strip: Range<Int>) -> Range<Int> {
    let rows = rowsPerMCU[plane]
    return strip.lowerBound * rows..<min(strip.upperBound * rows, planes[plane].size.height)
  }
}
