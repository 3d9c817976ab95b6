/// How a picture meets a box that has another shape (`--fit`).
package enum Fit: String, CaseIterable, Sendable {
  /// The whole picture in the box.
  case inside
  /// The box filled, the rest cut off.
  case cover
  /// The whole picture in the box, the rest padded.
  case contain
  /// Stretched to the box.
  case fill
  /// The box filled, nothing cut off.
  case outside
}

/// What a crop keeps, or where padding puts the picture (`--gravity`).
package enum Gravity: String, CaseIterable, Sendable {
  case center, north, northeast, east, southeast, south, southwest, west, northwest
  /// The busiest window; padding centres.
  case entropy

  /// Shares of the free space that go before the picture: left and above.
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

/// Which part of an upright picture becomes which part of an output.
package struct Placement: Hashable, Sendable {
  /// The part of the source that is shown, in its pixels.
  package let crop: SourceBox
  /// What that part is resampled to.
  package let picture: PixelSize
  /// The output.
  package let canvas: PixelSize
  /// The picture's left and upper edge on the canvas: above 0 where it is padded.
  package let x: Int
  package let y: Int

  /// Whether the pixels decide which window of the picture the canvas shows.
  package var isSearched: Bool { picture.width > canvas.width || picture.height > canvas.height }
  package var isPadded: Bool { picture.width < canvas.width || picture.height < canvas.height }
}

extension PixelSize {
  /// Where an upright picture of this size goes. Without a request it stays as it is.
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
    let box = PixelSize(width: width, height: height)
    switch fit {
    case .inside: return Placement(whole: self, to: fitted(to: request, upscaling: upscaling))
    case .fill: return Placement(whole: self, to: upscaling == .allowed ? box : box.clipped(to: self))
    case .outside: return Placement(whole: self, to: covering(box, upscaling))
    case .contain:
      return Placement(padding: self, to: fitted(to: request, upscaling: upscaling), on: box, gravity)
    case .cover:
      let canvas = upscaling == .allowed ? box : box.shrunk(into: self)
      if gravity == .entropy {
        return Placement(searching: self, to: covering(canvas, .allowed), on: canvas)
      }
      return Placement(cropping: self, to: canvas, gravity)
    }
  }

  /// The smallest size of this shape that leaves nothing of the box free.
  private func covering(_ box: PixelSize, _ upscaling: Upscaling) -> PixelSize {
    let result =
      box.width * height >= box.height * width
      ? PixelSize(width: box.width, height: max(box.height, scaled(height, by: box.width, over: width)))
      : PixelSize(width: max(box.width, scaled(width, by: box.height, over: height)), height: box.height)
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
    self.init(crop: SourceBox(source), picture: size, canvas: size, x: 0, y: 0)
  }

  fileprivate init(padding source: PixelSize, to size: PixelSize, on canvas: PixelSize, _ gravity: Gravity) {
    let (x, y) = gravity.shares
    self.init(
      crop: SourceBox(source), picture: size, canvas: canvas, x: Int(Double(canvas.width - size.width) * x),
      y: Int(Double(canvas.height - size.height) * y))
  }

  fileprivate init(searching source: PixelSize, to size: PixelSize, on canvas: PixelSize) {
    self.init(crop: SourceBox(source), picture: size, canvas: canvas, x: 0, y: 0)
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
    let box = SourceBox(
      x: ((Double(source.width) - width) * shares.x).rounded(.down),
      y: ((Double(source.height) - height) * shares.y).rounded(.down), width: width, height: height)
    self.init(crop: box, picture: canvas, canvas: canvas, x: 0, y: 0)
  }
}

extension Orientation {
  /// The part of the stored picture that shows as `box` of the upright one of size `upright`.
  package func stored(_ box: SourceBox, upright: PixelSize) -> SourceBox {
    let left = box.x
    let right = Double(upright.width) - box.x - box.width
    let above = box.y
    let below = Double(upright.height) - box.y - box.height
    if transposes {
      return SourceBox(
        x: reversesColumns ? below : above, y: reversesRows ? right : left, width: box.height, height: box.width)
    }
    return SourceBox(
      x: reversesColumns ? right : left, y: reversesRows ? below : above, width: box.width, height: box.height)
  }
}
