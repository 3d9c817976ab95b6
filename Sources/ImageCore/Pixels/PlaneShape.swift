/// The form of a plane without its memory.
package struct PlaneShape: Hashable, Sendable {
  package let size: PixelSize
  package let channels: Int
  package let depth: SampleDepth
  /// As in `Plane`.
  package let extent: SourceRect

  package init(size: PixelSize, channels: Int, depth: SampleDepth, extent: SourceRect) {
    self.size = size
    self.channels = channels
    self.depth = depth
    self.extent = extent
  }
}
