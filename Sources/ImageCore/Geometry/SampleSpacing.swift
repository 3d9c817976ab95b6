/// Pixels of the whole image, at full size, from one sample of a plane to the next.
package struct SampleSpacing: Hashable, Sendable {
  package let across: Double
  package let down: Double

  package init(across: Double, down: Double) {
    self.across = across
    self.down = down
  }
}

extension SourceRect {
  /// The part of an image that decides what a resampling of this box gives: the box, and what the kernel reaches around it.
  ///
  /// The kernel is as wide as `ReferenceWeights` makes it: it is stretched where several source samples become one. One sample
  /// more on either side is for the samples that are covered in part.
  /// - Parameters:
  ///   - size: what the box becomes.
  ///   - spacing: of the plane that is resampled.
  package func reached(by kernel: Kernel, to size: PixelSize, spacing: SampleSpacing) -> SourceRect {
    let across = kernel.support * max(spacing.across, width / Double(size.width)) + spacing.across
    let down = kernel.support * max(spacing.down, height / Double(size.height)) + spacing.down
    return SourceRect(x: x - across, y: y - down, width: width + 2 * across, height: height + 2 * down)
  }
}
