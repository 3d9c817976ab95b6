/// The distance between two samples of a plane, in pixels of the whole image at full size.
package struct SampleSpacing: Hashable, Sendable {
  package let across: Double
  package let down: Double

  package init(across: Double, down: Double) {
    self.across = across
    self.down = down
  }
}

extension SourceRect {
  /// The part of an image that affects the resampling of this box: the box, and the reach of the kernel around it.
  ///
  /// The kernel is as wide as in `ReferenceWeights`: it is stretched where several source samples become one. One more sample on
  /// each side accounts for samples that are covered in part.
  /// - Parameters:
  ///   - size: the output size of the box.
  ///   - spacing: the spacing of the plane that is resampled.
  package func reached(by kernel: Kernel, to size: PixelSize, spacing: SampleSpacing) -> SourceRect {
    let across = kernel.support * max(spacing.across, width / Double(size.width)) + spacing.across
    let down = kernel.support * max(spacing.down, height / Double(size.height)) + spacing.down
    return SourceRect(x: x - across, y: y - down, width: width + 2 * across, height: height + 2 * down)
  }
}
