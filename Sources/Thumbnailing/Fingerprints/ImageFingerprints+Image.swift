internal import ImageCore

extension ImageFingerprints {
  /// The requested fingerprints of an image. After the time limit the result is undefined.
  init(_ image: borrowing Image, _ kinds: FingerprintKinds, within limit: TimeLimit) {
    self.init()
    if kinds.contains(.color) || kinds.contains(.thumbHash) {
      let small = ReducedPixels(image, to: image.size.within(ThumbHash.maxSide), within: limit)
      if kinds.contains(.color) { color = DominantColor.color(of: small) }
      if kinds.contains(.thumbHash) { thumbHash = ThumbHash.hash(of: small) }
    }
    if kinds.contains(.differenceHash) {
      differenceHash = DifferenceHash.hash(of: ReducedPixels(image, to: DifferenceHash.size, within: limit))
    }
  }
}

extension PixelSize {
  /// Reduced so that no side is longer.
  fileprivate func within(_ side: Int) -> PixelSize {
    let longest = max(width, height)
    guard longest > side else { return self }
    func scaled(_ length: Int) -> Int { max(1, (2 * length * side + longest) / (2 * longest)) }
    return PixelSize(width: scaled(width), height: scaled(height))
  }
}
