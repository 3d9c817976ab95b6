/// How an image meets a box that has another shape (`--fit`).
package enum Fit: String, CaseIterable, Sendable {
  /// The whole image in the box.
  case inside
  /// The box filled, the rest cut off.
  case cover
  /// The whole image in the box, the rest padded.
  case contain
  /// Stretched to the box.
  case fill
  /// The box filled, nothing cut off.
  case outside
}

/// What a crop keeps, or where padding puts the image (`--gravity`).
package enum Gravity: String, CaseIterable, Sendable {
  case center, north, northeast, east, southeast, south, southwest, west, northwest
  /// The busiest window; padding centers.
  case entropy

  /// Shares of the free space that go before the image: left and above.
  fileprivate var shares: (x: Double, y: Double) {
    switch self {
    case .center, .entropy: (0.5, 0.5)
    case .north: (0.5, 0)
    case .northeast: (1, 0)
    case .east: (1, 0.5)
    case .southeast: (1, 1)
    case .south: (0.5, 1)
    case .southwest: (0, 1)
    case .west: (0, 0.5)
    case .northwest: (0, 0)
    }
  }
}

/// Which part of an upright image becomes which part of an output.
package struct Placement: Hashable, Sendable {
  /// The part of the source that is shown, in its pixels.
  package let crop: SourceRect
  /// What that part is resampled to.
  package let image: PixelSize
  /// The output.
  package let canvas: PixelSize
  /// The image's left and upper edge on the canvas: above 0 where it is padded.
  package let x: Int
  package let y: Int

  /// Whether the pixels decide which window of the image the canvas shows.
  package var isSearched: Bool { image.width > canvas.width || image.height > canvas.height }
  package var isPadded: Bool { image.width < canvas.width || image.height < canvas.height }
}

extension PixelSize {
  /// Where an upright image of this size goes. Without a request it stays as it is.
  ///
  /// Nothing is enlarged unless allowed: `cover` and `fill` then make the box smaller, `cover` in its own shape;
  /// `contain` pads more. Where only one side is asked for, all fits are the same.
  package func placed(
    in request: SizeRequest?, fit: Fit, gravity: Gravity, upscaling: Upscaling
  ) -> Placement {
    guard let request else { return Placement(whole: self, to: self) }
    guard case .box(let width, let height) = request else {
      return Placement(whole: self, to: fitted(to: request, upscaling: upscaling))
    }
    let rect = PixelSize(width: width, height: height)
    switch fit {
    case .inside: return Placement(whole: self, to: fitted(to: request, upscaling: upscaling))
    case .fill: return Placement(whole: self, to: upscaling == .allowed ? rect : rect.clipped(to: self))
    case .outside: return Placement(whole: self, to: covering(rect, upscaling))
    case .contain:
      return Placement(padding: self, to: fitted(to: request, upscaling: upscaling), on: rect, gravity)
    case .cover:
      let canvas = upscaling == .allowed ? rect : rect.shrunk(into: self)
      if gravity == .entropy {
        return Placement(searching: self, to: covering(canvas, .allowed), on: canvas)
      }
      return Placement(cropping: self, to: canvas, gravity)
    }
  }

  /// The smallest size of this shape that leaves nothing of the box free.
  private func covering(_ rect: PixelSize, _ upscaling: Upscaling) -> PixelSize {
    let result =
      rect.width * height >= rect.height * width
      ? PixelSize(width: rect.width, height: max(rect.height, scaled(height, by: rect.width, over: width)))
      : PixelSize(width: max(rect.width, scaled(width, by: rect.height, over: height)), height: rect.height)
    return upscaling == .never && result.width >= width && result.height >= height ? self : result
  }

  /// The largest size of this shape, but not above it, that fits in `other`.
  private func shrunk(into other: PixelSize) -> PixelSize {
    fitted(to: .box(width: other.width, height: other.height), upscaling: .never)
  }

  private func clipped(to other: PixelSize) -> PixelSize {
    PixelSize(width: min(width, other.width), height: min(height, other.height))
  }
}

extension Placement {
  fileprivate init(whole source: PixelSize, to size: PixelSize) {
    self.init(crop: SourceRect(source), image: size, canvas: size, x: 0, y: 0)
  }

  fileprivate init(padding source: PixelSize, to size: PixelSize, on canvas: PixelSize, _ gravity: Gravity) {
    let (x, y) = gravity.shares
    self.init(
      crop: SourceRect(source), image: size, canvas: canvas, x: Int(Double(canvas.width - size.width) * x),
      y: Int(Double(canvas.height - size.height) * y))
  }

  fileprivate init(searching source: PixelSize, to size: PixelSize, on canvas: PixelSize) {
    self.init(crop: SourceRect(source), image: size, canvas: canvas, x: 0, y: 0)
  }

  /// The largest part of the canvas's shape; it starts at a whole pixel, so that a crop without resizing is exact.
  fileprivate init(cropping source: PixelSize, to canvas: PixelSize, _ gravity: Gravity) {
    var width = Double(source.width)
    var height = Double(source.height)
    if canvas.width * source.height >= canvas.height * source.width {
      height = width * Double(canvas.height) / Double(canvas.width)
    } else {
      width = height * Double(canvas.width) / Double(canvas.height)
    }
    let shares = gravity.shares
    let rect = SourceRect(
      x: ((Double(source.width) - width) * shares.x).rounded(.down),
      y: ((Double(source.height) - height) * shares.y).rounded(.down), width: width, height: height)
    self.init(crop: rect, image: canvas, canvas: canvas, x: 0, y: 0)
  }
}

extension Orientation {
  /// The part of the stored image that shows as `rect` of the upright one of size `upright`.
  package func stored(_ rect: SourceRect, upright: PixelSize) -> SourceRect {
    let left = rect.x
    let right = Double(upright.width) - rect.x - rect.width
    let above = rect.y
    let below = Double(upright.height) - rect.y - rect.height
    if transposes {
      return SourceRect(
        x: reversesColumns ? below : above, y: reversesRows ? right : left, width: rect.height, height: rect.width)
    }
    return SourceRect(
      x: reversesColumns ? right : left, y: reversesRows ? below : above, width: rect.width, height: rect.height)
  }
}
