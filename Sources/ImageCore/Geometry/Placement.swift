/// How an image is fitted to a box of another shape (`--fit`).
package enum Fit: String, CaseIterable, Sendable {
  /// Show the whole image within the box.
  case inside
  /// Fill the box, crop the rest.
  case cover
  /// Show the whole image within the box, pad the rest.
  case contain
  /// Stretch the image to the box.
  case fill
  /// Cover the box, crop nothing.
  case outside
}

/// The part that a crop keeps, or the position of the image in a padded output (`--gravity`).
package enum Gravity: String, CaseIterable, Sendable {
  case center, north, northeast, east, southeast, south, southwest, west, northwest
  /// The window with the highest entropy. Padding centers the image.
  case entropy

  /// The shares of the free space to the left of the image and above it.
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

/// Maps a part of an upright image to a part of an output.
package struct Placement: Hashable, Sendable {
  /// The part of the source that is shown, in pixels of the source.
  package let crop: SourceRect
  /// The size that this part is resampled to.
  package let image: PixelSize
  /// The size of the output.
  package let canvas: PixelSize
  /// The left and upper edge of the image on the canvas, above 0 if it is padded there.
  package let x: Int
  package let y: Int

  /// Whether a search of the pixels determines which window of the image the canvas shows.
  package var isSearched: Bool { image.width > canvas.width || image.height > canvas.height }
  package var isPadded: Bool { image.width < canvas.width || image.height < canvas.height }
}

extension PixelSize {
  /// The placement of an upright image of this size. Without a request it keeps its size.
  ///
  /// Images are only enlarged if that is allowed. Otherwise `cover` and `fill` reduce the box, `cover` in the shape of the box,
  /// and `contain` pads more. If the request gives only one side, all fits are the same.
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

  /// The smallest size of this shape that covers the whole box.
  private func covering(_ rect: PixelSize, _ upscaling: Upscaling) -> PixelSize {
    let result =
      rect.width * height >= rect.height * width
      ? PixelSize(width: rect.width, height: max(rect.height, scaled(height, by: rect.width, over: width)))
      : PixelSize(width: max(rect.width, scaled(width, by: rect.height, over: height)), height: rect.height)
    return upscaling == .never && result.width >= width && result.height >= height ? self : result
  }

  /// The largest size of this shape, but not above this size, that fits in `other`.
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

  /// Crops to the largest part with the shape of the canvas. It starts at a whole pixel, so a crop without resizing is exact.
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
  /// The part of the stored image that corresponds to `rect` in the upright image of size `upright`.
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
