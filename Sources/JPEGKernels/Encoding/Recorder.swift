internal import JPEGEncoding

/// Transforms the blocks of rows of MCUs and records their symbols.
final class Recorder: SymbolRecorder {
  private let frame: EncodingFrame
  private let blocks: QuantizedBlocks
  private let transforms: [ComponentTransform]
  /// The blocks of an MCU in coding order.
  private let cursors: UncheckedBuffer<Cursor>
  /// The DC of the last block of each component.
  private let predictions: UncheckedBuffer<Int32>

  /// A block of each MCU in a row of MCUs.
  private struct Cursor: BitwiseCopyable {
    /// That of the current MCU.
    var block: Int
    /// Blocks from here on pad MCUs.
    let end: Int
    /// Blocks of its component in a row of an MCU.
    let step: Int
    let component: Int
    /// 0 for luma, 1 for chroma.
    let tables: Int
  }

  static func scratchByteCount(_ frame: EncodingFrame) -> Int {
    QuantizedBlocks.scratchByteCount(groups: groupCount(frame))
      + ComponentTransform.Workspace.scratchByteCount + 2 * Quantizer.scratchByteCount
      + ScratchArena.byteCount(frame.blocksPerMCU, Cursor.self) + ScratchArena.byteCount(3, Int32.self)
  }

  private static func groupCount(_ frame: EncodingFrame) -> Int {
    frame.components.reduce(0) { $0 + groupCount($1) }
  }

  private static func groupCount(_ component: EncodingFrame.Component) -> Int {
    (component.blocksAcross * component.down + QuantizedBlocks.groupSize - 1) / QuantizedBlocks.groupSize
  }

  init(_ frame: EncodingFrame, _ steps: QuantizationSteps, scratch: inout ScratchArena) {
    self.frame = frame
    blocks = QuantizedBlocks(groups: Recorder.groupCount(frame), scratch: &scratch)
    let workspace = ComponentTransform.Workspace(scratch: &scratch)
    let quantizers = steps.tables.map { Quantizer($0, scratch: &scratch) }
    cursors = scratch.take(frame.blocksPerMCU, Cursor.self)
    predictions = scratch.take(3, Int32.self)
    predictions.fill(0)
    var transforms: [ComponentTransform] = []
    var group = 0
    for component in frame.components {
      transforms.append(
        ComponentTransform(component, quantizers[component.tables], workspace, to: blocks, from: group))
      group += Recorder.groupCount(component)
    }
    self.transforms = transforms
  }

  func transform(_ samples: SampleRows, component: Int) { transforms[component].transform(samples) }

  /// Prepares the cursors for a row of MCUs.
  private func place(mcuRow: Int) {
    var index = 0
    var firstBlock = 0
    for (number, component) in frame.components.enumerated() {
      for y in 0..<component.down {
        let isInImage = mcuRow * component.down + y < component.blocksDown
        let first = firstBlock + y * component.blocksAcross
        for x in 0..<component.across {
          cursors[index] = Cursor(
            block: first + x, end: isInImage ? first + component.blocksAcross : 0, step: component.across,
            component: number, tables: component.tables)
          index += 1
        }
      }
      firstBlock += Recorder.groupCount(component) * QuantizedBlocks.groupSize
    }
  }

  func record(
    mcuRow: Int, into symbols: UnsafeMutableRawBufferPointer, counts: UnsafeMutableBufferPointer<UInt32>
  ) -> Int {
    guard let base = symbols.baseAddress, let countsBase = counts.baseAddress else { return 0 }
    place(mcuRow: mcuRow)
    return unsafe SymbolList.sizes.withUnsafeBytes { sizes in
      guard let sizesBase = sizes.baseAddress else { return 0 }
      // SAFETY: the caller keeps both during the call, and a static array is never released.
      var list = unsafe SymbolList(
        symbols: UncheckedBytes(base, count: symbols.count), counts: UncheckedBuffer(countsBase, count: counts.count),
        sizes: UncheckedBuffer(reading: sizesBase, count: SymbolList.sizes.count))
      record(into: &list)
      return list.byteCount
    }
  }

  @inline(__always) private func record(into list: inout SymbolList) {
    for _ in 0..<frame.mcusAcross {
      for index in 0..<cursors.count {
        let cursor = cursors[index]
        if cursor.block < cursor.end {
          let dc = list.append(
            blocks.block(cursor.block), nonzeros: blocks.nonzeros(cursor.block), tables: cursor.tables,
            prediction: predictions[cursor.component])
          predictions[cursor.component] = dc
        } else {
          list.appendEmptyBlock(tables: cursor.tables)
        }
        cursors[index].block = cursor.block &+ cursor.step
      }
    }
  }
}
