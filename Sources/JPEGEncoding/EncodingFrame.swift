package import ImageCore

/// The components of a baseline file, and the MCUs that consist of their blocks (ITU-T T.81, A.1 and A.2).
package struct EncodingFrame: Hashable, Sendable {
  package let size: PixelSize
  package let components: [Component]
  package let mcusAcross: Int
  package let mcusDown: Int

  package struct Component: Hashable, Sendable {
    /// Blocks per MCU.
    package let across: Int
    package let down: Int
    /// Samples.
    package let width: Int
    package let height: Int
    /// The number of its tables of quantization steps and codes: 0 for luma, 1 for chroma.
    package let tables: Int

    /// Blocks that hold samples of the image. Further blocks only pad the MCUs.
    package var blocksAcross: Int { (width + 7) / 8 }
    package var blocksDown: Int { (height + 7) / 8 }
  }

  /// An image of one component.
  package init(gray size: PixelSize) { self.init(size, factors: (1, 1), chromaCount: 0) }

  /// - Parameter factors: luma samples per chroma sample, across and down.
  package init(yCbCr size: PixelSize, factors: (across: Int, down: Int)) {
    self.init(size, factors: factors, chromaCount: 2)
  }

  private init(_ size: PixelSize, factors: (across: Int, down: Int), chromaCount: Int) {
    self.size = size
    let luma = Component(
      across: factors.across, down: factors.down, width: size.width, height: size.height, tables: 0)
    let chroma = Component(
      across: 1, down: 1, width: (size.width + factors.across - 1) / factors.across,
      height: (size.height + factors.down - 1) / factors.down, tables: 1)
    components = [luma] + Array(repeating: chroma, count: chromaCount)
    mcusAcross = (size.width + 8 * factors.across - 1) / (8 * factors.across)
    mcusDown = (size.height + 8 * factors.down - 1) / (8 * factors.down)
  }

  /// The rows of a component's samples in a row of MCUs, at least one.
  package func rows(ofMCURow row: Int, component index: Int) -> Range<Int> {
    let component = components[index]
    let first = row * component.down * 8
    return first..<min(first + component.down * 8, component.height)
  }

  /// Blocks with those that pad MCUs.
  var blockCount: Int { mcusDown * blocksPerMCURow }

  package var blocksPerMCURow: Int { mcusAcross * blocksPerMCU }

  package var blocksPerMCU: Int { components.reduce(0) { $0 + $1.across * $1.down } }
}
