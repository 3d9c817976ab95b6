/// A step in processing one image, in order. Errors name their stage, and each stage is timed separately.
package enum Stage: String, CaseIterable, Sendable {
  /// Only if the source is downloaded first.
  case fetch
  case read, decode, resize, encode, write
}

extension Stage {
  var position: Int {
    switch self {
    case .fetch: 0
    case .read: 1
    case .decode: 2
    case .resize: 3
    case .encode: 4
    case .write: 5
    }
  }
}
