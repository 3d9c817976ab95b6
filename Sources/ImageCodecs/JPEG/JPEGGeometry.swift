internal import ImageCore

/// How a plane lies over the image that it was decoded from.
struct PlaneGrid {
  let spacing: SampleSpacing
  /// The part of the plane that the image covers, in samples.
  let extent: SourceRect
  /// Where padding has a part in the samples; nil where it has none.
  let columns: PaddedEdge?
  let rows: PaddedEdge?
  /// Where it has a part in the chroma of pixels alone, whose chroma was enlarged.
  var chromaColumns: PaddedEdge?
  var chromaRows: PaddedEdge?

  fileprivate var acrossEdges: [PaddedEdge] { [columns, chromaColumns].compactMap { $0 } }
  fileprivate var downEdges: [PaddedEdge] { [rows, chromaRows].compactMap { $0 } }
}

/// How the planes of a JPEG lie over the image.
struct JPEGGeometry {
  private let size: PixelSize
  private let sampling: JPEGSampling

  init(size: PixelSize = PixelSize(width: 1, height: 1), sampling: JPEGSampling = JPEGSampling([])) {
    self.size = size
    self.sampling = sampling
  }

  /// One for each plane of a decoding.
  /// - Parameters:
  ///   - arePlanes: whether each component has its own; else libjpeg brings all to one size.
  ///   - areYCbCr: whether the components are luma and chroma.
  func grids(_ denominator: Int, arePlanes: Bool, areYCbCr: Bool, count: Int) -> [PlaneGrid] {
    if arePlanes {
      return (0..<count).map { index in
        let spacing = sampling.pixelsPerSample(ofComponent: index, denominator)
        return grid(spacing, mixed: spacing)
      }
    }
    let spacing = SampleSpacing(across: Double(denominator), down: Double(denominator))
    // At full size these are the pixels that every decoder gives: of them only luma is looked at, which is mostly not mixed.
    let (luma, maximum) = (
      sampling.pixelsPerSample(ofComponent: 0, denominator), sampling.maxPixelsPerSample(denominator)
    )
    if denominator == 1 { return [grid(spacing, mixed: luma)] }
    guard areYCbCr else { return [grid(spacing, mixed: maximum)] }
    // Where only chroma is enlarged, luma is exact: to take it for mixed would change pixels that are right.
    var result = grid(spacing, mixed: luma)
    let chroma = grid(spacing, mixed: maximum)
    if maximum.across > luma.across { result.chromaColumns = chroma.columns }
    if maximum.down > luma.down { result.chromaRows = chroma.rows }
    return [result]
  }

  private func grid(_ spacing: SampleSpacing, mixed: SampleSpacing) -> PlaneGrid {
    let extent = SourceRect(
      x: 0, y: 0, width: Double(size.width) / spacing.across, height: Double(size.height) / spacing.down)
    return PlaneGrid(
      spacing: spacing, extent: extent,
      columns: PaddedEdge(
        length: size.width, spacing: spacing.across, mixed: mixed.across, count: Int(extent.width.rounded(.up))),
      rows: PaddedEdge(
        length: size.height, spacing: spacing.down, mixed: mixed.down, count: Int(extent.height.rounded(.up))))
  }

  /// What has to be decoded for a region to come out right: where it has samples that padding has a part in, those before too.
  func needed(_ region: DecodeRegion, _ grids: [PlaneGrid]) -> DecodeRegion {
    var (columns, rows) = (region.columns, region.rows)
    for grid in grids {
      for edge in grid.acrossEdges { columns = edge.needed(for: columns, grid.spacing.across) }
      for edge in grid.downEdges { rows = edge.needed(for: rows, grid.spacing.down) }
    }
    return DecodeRegion(columns: columns, rows: rows)
  }
}

extension PaddedEdge {
  /// Pixels of an axis, and what their samples are corrected by.
  fileprivate func needed(for pixels: Range<Int>, _ spacing: Double) -> Range<Int> {
    guard Double(pixels.upperBound) > Double(samples.lowerBound) * spacing else { return pixels }
    return min(pixels.lowerBound, Int(Double(needed.lowerBound) * spacing))..<pixels.upperBound
  }
}

extension Plane {
  borrowing func correct(_ grid: PlaneGrid) {
    correct(columns: grid.columns, rows: grid.rows)
    correctChroma(columns: grid.chromaColumns, rows: grid.chromaRows)
  }
}
