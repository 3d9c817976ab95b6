/// Resamples planes, one worker's: it keeps the weights and the memory of the last pictures. Not for sharing between threads.
package final class Resampler {
  private let pool: BufferPool

  package init(pool: BufferPool) { self.pool = pool }

  /// The part of a plane that a box shows, resampled.
  package func resized(
    _ source: borrowing Plane, box: SourceBox, to size: PixelSize, kernel: Kernel, depth: SampleDepth? = nil,
    bands: Int = 1
  ) -> Plane {
    ResizeReference.resized(source, box: box, to: size, kernel: kernel, depth: depth, from: pool)
  }
}
