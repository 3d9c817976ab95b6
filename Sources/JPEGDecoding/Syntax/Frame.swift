/// The contents of a frame header, and the block layout that follows from it (ITU-T T.81, A.1 and A.2).
struct Frame {
  let width: Int
  let height: Int
  let isProgressive: Bool
  private(set) var components: [Component]
  /// The largest sampling factors of all components.
  let maxAcross: Int
  let maxDown: Int

  struct Component {
    let identifier: UInt8
    /// Sampling factors, 1...4: blocks per MCU in each direction.
    fileprivate(set) var across: Int
    fileprivate(set) var down: Int
    /// Index of its quantization table, 0...3.
    let quantisation: Int
    /// Blocks that hold samples of the image. Further blocks only pad the MCUs.
    fileprivate(set) var blocksAcross = 0
    fileprivate(set) var blocksDown = 0
    /// Blocks in a row of MCUs, padding included.
    fileprivate(set) var codedBlocksAcross = 0

    /// An image of one component is coded block by block, so its sampling factors have no meaning.
    fileprivate mutating func codeByBlocks() { (across, down) = (1, 1) }
  }

  /// Rows and columns of MCUs in a scan of all components.
  let mcuRows: Int
  let mcuColumns: Int

  init(segment: RawSpan, isProgressive: Bool) throws(Unsupported) {
    guard segment.byteCount >= 6, segment.byte(0) == 8 else { throw .kind }
    height = segment.integer(1)
    width = segment.integer(3)
    let count = Int(segment.byte(5))
    // A height of zero means that a DNL marker after the first scan gives the height. 65,500 is libjpeg's limit.
    guard (1...65500).contains(width), (1...65500).contains(height), count == 1 || count == 3 else { throw .kind }
    guard segment.byteCount == 6 + 3 * count else { throw .markers }
    self.isProgressive = isProgressive
    var components = (0..<count).map { index in
      let start = 6 + 3 * index
      return Component(
        identifier: segment.byte(start), across: Int(segment.byte(start + 1) >> 4),
        down: Int(segment.byte(start + 1) & 15), quantisation: Int(segment.byte(start + 2)))
    }
    guard Set(components.map(\.identifier)).count == count,
      components.allSatisfy({ (1...4).contains($0.across) && (1...4).contains($0.down) && $0.quantisation < 4 })
    else { throw .markers }
    if count == 1 { components[0].codeByBlocks() }
    maxAcross = components.map(\.across).max() ?? 1
    maxDown = components.map(\.down).max() ?? 1
    let (across, down) = (maxAcross, maxDown)
    guard components.reduce(0, { $0 + $1.across * $1.down }) <= 10 else { throw .kind }
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
  func mcuRows(of rows: Range<Int>?) -> Range<Int> { mcus(of: rows, size: 8 * maxDown, count: mcuRows) }

  /// The columns of MCUs that contain these columns of the image, at least one.
  func mcuColumns(of columns: Range<Int>?) -> Range<Int> { mcus(of: columns, size: 8 * maxAcross, count: mcuColumns) }

  private func mcus(of pixels: Range<Int>?, size: Int, count: Int) -> Range<Int> {
    guard let pixels else { return 0..<count }
    let first = min(max(pixels.lowerBound, 0) / size, count - 1)
    let end = min(max(pixels.upperBound, 0), count * size)
    return first..<max((end + size - 1) / size, first + 1)
  }

  /// Samples per block of a component, in each direction, when the image is decoded at 1 / denominator.
  ///
  /// A subsampled component is reduced less, by powers of two, as long as it does not become larger than the others
  /// (jpeg_calc_output_dimensions of libjpeg-turbo). For example, chroma of 4:2:0 at 1/8 has two samples per block.
  func scaledSize(of component: Component, denominator: Int) -> Int {
    let base = 8 / denominator
    var size = base
    while size < 8, maxAcross * base % (component.across * size * 2) == 0,
      maxDown * base % (component.down * size * 2) == 0
    {
      size *= 2
    }
    return size
  }
}
