internal import CImageCodecs
internal import ImageCore
internal import JPEGDecoding

/// The planes into which a JPEG is decoded for a request: interleaved pixels, luma, or luma and chroma.
struct JPEGPlanes {
  let layout: jpeg_layout
  let grids: [PlaneGrid]
  private let shapes: [jpeg_plane_shape]

  init(_ shape: jpeg_shape, _ layout: jpeg_layout, _ grids: [PlaneGrid]) {
    self.layout = layout
    self.grids = grids
    shapes = Array([shape.planes.0, shape.planes.1, shape.planes.2].prefix(Int(shape.count)))
  }

  /// Memory for the whole image, in the layout that the library writes.
  func image(from pool: BufferPool) throws(CodecError) -> Image {
    try image { (index) throws(OutOfMemory) in
      var plane = try Plane(shapes[index], height: Int(shapes[index].height), rows: shapes[index].rows, from: pool)
      plane.extent = grids[index].extent
      return plane
    }
  }

  /// Memory for a strip.
  func image(_ strips: JPEGStrips, from pool: BufferPool) throws(CodecError) -> Image {
    try image { (index) throws(OutOfMemory) in
      let rows = strips.maxCount * strips.rowsPerMCU[index]
      return try Plane(shapes[index], height: rows, rows: rows, from: pool)
    }
  }

  private func image(_ plane: (Int) throws(OutOfMemory) -> Plane) throws(CodecError) -> Image {
    try allocating { () throws(OutOfMemory) in
      if shapes.count == 1 { return .pixels(try plane(0)) }
      return .yCbCr(YCbCrPlanes(luma: try plane(0), cb: try plane(1), cr: try plane(2)))
    }
  }

  /// The decoded rows of a strip, corrected.
  /// - Parameter mcuRows: its rows of MCUs.
  func strip(_ memory: borrowing Image, _ strips: JPEGStrips, _ mcuRows: Range<Int>) -> Image {
    func part(_ plane: borrowing Plane, _ index: Int) -> Plane {
      let rows = strips.rows(of: index, in: mcuRows)
      let part = plane.shared(height: rows.count)
      let isLast = rows.upperBound == strips.planes[index].size.height
      part.correct(columns: grids[index].columns, rows: isLast ? grids[index].rows?.from(rows.lowerBound) : nil)
      return part
    }
    return switch memory {
    case .pixels(let plane): .pixels(part(plane, 0))
    case .yCbCr(let planes):
      .yCbCr(YCbCrPlanes(luma: part(planes.luma, 0), cb: part(planes.cb, 1), cr: part(planes.cr, 2)))
    }
  }
}

extension Image {
  /// The memory of each plane in the C layer's type.
  @unsafe var forC: [codec_plane] {
    switch self {
    case .pixels(let plane): unsafe [plane.forC]
    case .yCbCr(let planes): unsafe [planes.luma.forC, planes.cb.forC, planes.cr.forC]
    }
  }

  borrowing func correct(_ grids: [PlaneGrid]) {
    switch self {
    case .pixels(let plane): plane.correct(grids[0])
    case .yCbCr(let planes):
      planes.luma.correct(grids[0])
      planes.cb.correct(grids[1])
      planes.cr.correct(grids[2])
    }
  }
}

extension Plane {
  /// Memory for rows of a component in the layout that the library writes.
  fileprivate init(_ shape: jpeg_plane_shape, height: Int, rows: Int, from pool: BufferPool) throws(OutOfMemory) {
    try self.init(
      size: PixelSize(width: Int(shape.width), height: height), channels: Int(shape.channels), minStride: shape.stride,
      minRows: rows, from: pool)
  }
}
