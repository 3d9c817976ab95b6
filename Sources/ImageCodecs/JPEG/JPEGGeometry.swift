internal import ImageCore

/// How a decoded plane maps to the image.
struct PlaneGrid {
  let spacing: SampleSpacing
  /// The part of the plane that the image covers, in samples.
  let extent: SourceRect
  /// The edges whose samples include padding; nil if none do.
  let columns: PaddedEdge?
  let rows: PaddedEdge?
  /// The edges where padding affects only the chroma of interleaved pixels, because the chroma was enlarged.
  var chromaColumns: PaddedEdge?
  var chromaRows: PaddedEdge?

  fileprivate var acrossEdges: [PaddedEdge] { [columns, chromaColumns].compactMap { $0 } }
  fileprivate var downEdges: [PaddedEdge] { [rows, chromaRows].compactMap { $0 } }
}

/// How the planes of a JPEG map to the image.
struct JPEGGeometry {
  private let size: PixelSize
  private let sampling: JPEGSampling

  init(size: PixelSize = PixelSize(width: 1, height: 1), sampling: JPEGSampling = JPEGSampling([])) {
    self.size = size
    self.sampling = sampling
  }

  /// One grid for each decoded plane.
  /// - Parameters:
  ///   - arePlanes: whether each component has its own plane; else libjpeg scales all components to one size.
  ///   - areYCbCr: whether the components are luma and chroma.
  func grids(_ denominator: Int, arePlanes: Bool, areYCbCr: Bool, count: Int) -> [PlaneGrid] {
    if arePlanes {
      return (0..<count).map { index in
        let spacing = sampling.pixelsPerSample(ofComponent: index, denominator)
        return grid(spacing, mixed: spacing)
      }
    }
    let spacing = SampleSpacing(across: Double(denominator), down: Double(denominator))
    // At full size every decoder gives these pixels. Only their luma is checked, which is usually not mixed.
    let (luma, maximum) = (
      sampling.pixelsPerSample(ofComponent: 0, denominator), sampling.maxPixelsPerSample(denominator)
    )
    if denominator == 1 { return [grid(spacing, mixed: luma)] }
    guard areYCbCr else { return [grid(spacing, mixed: maximum)] }
    // If only chroma is enlarged, luma is exact. Treating it as mixed would change correct pixels.
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

  /// The region to decode so that `region` comes out right. If it has samples that include padding, their correction needs the
  /// samples before them as well.
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
  /// The given pixels of an axis and those that the correction of their samples needs.
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
