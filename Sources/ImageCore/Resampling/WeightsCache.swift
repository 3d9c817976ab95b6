/// The weights of recent resamplings of one worker. Images of the same size need the same weights.
package struct WeightsCache {
  private struct Key: Equatable {
    let kernel: Kernel
    let axis: ResampleAxis
    let largestSample: Int
    let form: Weights.Form
  }

  private var known: [(key: Key, weights: Weights)] = []
  private var byteCount = 0
  private let maxBytes: Int

  /// Enough for luma and chroma of an image, both axes, in four sizes.
  private static let maxCount = 16
  /// Maximum size that is worth keeping, in bytes. Both axes of 100 megapixels take half a megabyte.
  package static let maxBytes = 4 << 20

  init(maxBytes: Int) { self.maxBytes = maxBytes }

  mutating func weights(
    _ kernel: Kernel, _ axis: ResampleAxis, largestSample: Int, _ form: Weights.Form
  ) throws(OutOfMemory) -> Weights {
    let key = Key(kernel: kernel, axis: axis, largestSample: largestSample, form: form)
    if let index = known.firstIndex(where: { $0.key == key }) {
      // Entries are in order of last use; the first one is evicted first.
      let found = known.remove(at: index)
      known.append(found)
      return found.weights
    }
    let made = try Weights(kernel, axis: axis, largestSample: largestSample, form: form)
    keep(made, key)
    return made
  }

  private mutating func keep(_ weights: Weights, _ key: Key) {
    guard weights.byteCount <= maxBytes else { return }
    while known.count == WeightsCache.maxCount || byteCount > maxBytes - weights.byteCount {
      byteCount -= known.removeFirst().weights.byteCount
    }
    known.append((key, weights))
    byteCount += weights.byteCount
  }

  mutating func removeAll() {
    known = []
    byteCount = 0
  }
}
