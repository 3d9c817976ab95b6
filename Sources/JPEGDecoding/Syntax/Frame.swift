internal import ImageCore

/// The contents of a frame header, and the block layout that follows from it (ITU-T T.81, A.1 and A.2).
package struct Frame {
  let width: Int
  let height: Int
  package let isProgressive: Bool
  package private(set) var components: [Component]
  /// The largest sampling factors of all components.
  let maxFactors: SamplingFactors

  package struct Component {
    let identifier: UInt8
    fileprivate(set) var factors: SamplingFactors
    /// Index of its quantization table, 0...3.
    let quantization: Int
    /// Blocks that hold samples of the image. Further blocks only pad the MCUs.
    package fileprivate(set) var blocksAcross = 0
    package fileprivate(set) var blocksDown = 0
    /// Blocks in a row of MCUs, padding included.
    package fileprivate(set) var codedBlocksAcross = 0

    /// An image of one component is coded block by block, so its sampling factors have no meaning.
    fileprivate mutating func codeByBlocks() { factors = SamplingFactors(across: 1, down: 1) }

    /// Blocks per MCU in each direction.
    package var across: Int { factors.across }
    package var down: Int { factors.down }
  }

  /// Rows and columns of MCUs in a scan of all components.
  package let mcuRows: Int
  package let mcuColumns: Int

  /// Pixels in each direction. A height of zero means that a DNL marker after the first scan gives the height.
  private static let sides = 1...ImageFormat.jpeg.greatestSide

  /// Maximum number of blocks in an MCU of several components (ITU-T T.81, B.2.3).
  package static let maxBlocksPerMCU = 10

  init(segment: RawSpan, isProgressive: Bool) throws(Unsupported) {
    guard segment.byteCount >= 6, segment.byte(0) == 8 else { throw .kind }
    height = segment.integer(1)
    width = segment.integer(3)
    let count = Int(segment.byte(5))
    guard Frame.sides.contains(width), Frame.sides.contains(height), count == 1 || count == 3 else { throw .kind }
    guard segment.byteCount == 6 + 3 * count else { throw .markers }
    self.isProgressive = isProgressive
    var components = (0..<count).map { index in
      let start = 6 + 3 * index
      return Component(
        identifier: segment.byte(start),
        factors: SamplingFactors(across: Int(segment.byte(start + 1) >> 4), down: Int(segment.byte(start + 1) & 15)),
        quantization: Int(segment.byte(start + 2)))
    }
    guard Set(components.map { $0.identifier }).count == count,
      components.allSatisfy({ (1...4).contains($0.across) && (1...4).contains($0.down) && $0.quantization < 4 })
    else { throw .markers }
    if count == 1 { components[0].codeByBlocks() }
    maxFactors = SamplingFactors(maximumOf: components.map { $0.factors })
    let (across, down) = (maxFactors.across, maxFactors.down)
    guard components.reduce(0, { $0 + $1.across * $1.down }) <= Frame.maxBlocksPerMCU else { throw .kind }
    guard components.allSatisfy({ across % $0.across == 0 && down % $0.down == 0 }) else { throw .kind }
    mcuColumns = (width + 8 * across - 1) / (8 * across)
    mcuRows = (height + 8 * down - 1) / (8 * down)
    for index in components.indices {
      let component = components[index]
      components[index].blocksAcross = (width * component.across + 8 * across - 1) / (8 * across)
      components[index].blocksDown = (height * component.down + 8 * down - 1) / (8 * down)
      components[index].codedBlocksAcross = mcuColumns * component.across
    }
    self.components = components
  }

  /// The rows of MCUs that contain these rows of the image, at least one.
  func mcuRows(of rows: Range<Int>?) -> Range<Int> { mcus(of: rows, size: 8 * maxFactors.down, count: mcuRows) }

  /// The columns of MCUs that contain these columns of the image, at least one.
  package func mcuColumns(of columns: Range<Int>?) -> Range<Int> {
    mcus(of: columns, size: 8 * maxFactors.across, count: mcuColumns)
  }

  private func mcus(of pixels: Range<Int>?, size: Int, count: Int) -> Range<Int> {
    guard let pixels else { return 0..<count }
    let first = min(max(pixels.lowerBound, 0) / size, count - 1)
    let end = min(max(pixels.upperBound, 0), count * size)
    return first..<max((end + size - 1) / size, first + 1)
  }

  /// As in `SamplingFactors`.
  package func scaledSize(of component: Component, denominator: Int) -> Int {
    component.factors.scaledSize(maximum: maxFactors, denominator: denominator)
  }
}
