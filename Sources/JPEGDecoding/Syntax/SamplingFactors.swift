/// Sampling factors of a component: the number of its blocks in an MCU, 1...4 in each direction (ITU-T T.81, A.1.1).
package struct SamplingFactors: Hashable, Sendable {
  package let across: Int
  package let down: Int

  package init(across: Int, down: Int) {
    self.across = across
    self.down = down
  }

  /// The largest factors of all components in each direction.
  package init(maximumOf components: [SamplingFactors]) {
    self.init(across: components.map { $0.across }.max() ?? 1, down: components.map { $0.down }.max() ?? 1)
  }

  /// Samples per block of a component, in each direction, when the image is decoded at 1 / denominator.
  ///
  /// A subsampled component is reduced less, by powers of two, as long as it does not become larger than the others
  /// (jpeg_calc_output_dimensions of libjpeg-turbo). For example, chroma of 4:2:0 at 1/8 has two samples per block.
  /// - Parameter maximum: the largest factors of all components.
  package func scaledSize(maximum: SamplingFactors, denominator: Int) -> Int {
    let base = 8 / denominator
    var size = base
    while size < 8, maximum.across * base % (across * size * 2) == 0, maximum.down * base % (down * size * 2) == 0 {
      size *= 2
    }
    return size
  }
}
