internal import CPlatform
package import ImageCore

/// Reads the common kinds of PNG about five times as fast as libpng, strip of rows by strip of rows, or declines.
///
/// Declined is everything that libpng would do differently or speak about: interlacing, fewer than 8 bits, tRNS without
/// a palette, any fault. The caller then asks libpng, whose words, errors and partial pixels decide. What is accepted
/// has the same pixels as libpng's, and libpng would have called it CODEC_OK.
///
/// One decoder serves one worker for its whole life.
package final class StreamingPNGDecoder {
  private let pool: BufferPool
  private let kernels: PNGKernels
  private let inflater: Inflater

  package init(pool: BufferPool, instructionSet: InstructionSet = .current) {
    self.pool = pool
    kernels = PNGKernels(instructionSet)
    inflater = Inflater(kernels)
  }

  /// What became of an image.
  package enum Result {
    case done
    /// It is libpng's; what was written is undefined.
    case declined
    /// The deadline has passed.
    case late
    /// The taker of the strips wanted no more.
    case stopped
  }

  /// Whether a header is of a kind that is read here.
  /// - Parameters: as libpng delivers the pixels.
  package static func accepts(_ layout: PNGPixelLayout, channels: Int, depth: SampleDepth) -> Bool {
    guard !layout.isInterlaced, layout.bits == depth.rawValue, layout.inflatedBytes != nil else { return false }
    switch layout.colorType {
    case 0, 2, 4, 6: return channels == layout.samples
    case 3: return layout.bits == 8 && channels >= 3
    default: return false
    }
  }

  /// Decodes into `plane`, whose size, channels and depth are those that libpng told for `layout`.
  /// - Parameter deadline: as in `DecodeLimits`.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, layout: PNGPixelLayout, into plane: borrowing Plane, deadline: UInt64 = 0
  ) throws(OutOfMemory) -> Result {
    let strip = StreamingPNGDecoder.stripRows(layout)
    guard layout.width == plane.size.width, layout.height == plane.size.height,
      var rows = try unsafe PNGRows(
        bytes, layout: layout, channels: plane.channels, depth: plane.depth, strip: strip, inflater: inflater,
        kernels: kernels, pool: pool, deadline: deadline)
    else { return lateOrDeclined(deadline) }
    for y in stride(from: 0, to: layout.height, by: strip) {
      if isOver(deadline) { return .late }
      guard rows.read(min(strip, layout.height - y), into: plane, first: y) else { return lateOrDeclined(deadline) }
    }
    return rows.endsRightly() ? .done : lateOrDeclined(deadline)
  }

  /// Decodes into strips of an even number of rows, the last apart, and hands over each, from the top down.
  /// - Parameter take: false to stop.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, layout: PNGPixelLayout, channels: Int, depth: SampleDepth, deadline: UInt64,
    take: (borrowing Plane) throws(OutOfMemory) -> Bool
  ) throws(OutOfMemory) -> Result {
    let strip = StreamingPNGDecoder.stripRows(layout)
    guard
      var rows = try unsafe PNGRows(
        bytes, layout: layout, channels: channels, depth: depth, strip: strip, inflater: inflater, kernels: kernels,
        pool: pool, deadline: deadline)
    else { return lateOrDeclined(deadline) }
    func plane(_ height: Int) throws(OutOfMemory) -> Plane {
      let size = PixelSize(width: layout.width, height: height)
      return try Plane(
        size: size, channels: channels, depth: depth,
        minStride: StreamingPNGDecoder.minStride(for: layout, channels: channels), from: pool)
    }
    let whole = layout.height / strip
    let full = try plane(strip)
    for _ in 0..<whole {
      if isOver(deadline) { return .late }
      guard rows.read(strip, into: full, first: 0) else { return lateOrDeclined(deadline) }
      guard try take(full) else { return .stopped }
    }
    if layout.height > whole * strip {
      if isOver(deadline) { return .late }
      let rest = layout.height - whole * strip
      let last = try plane(rest)
      guard rows.read(rest, into: last, first: 0) else { return lateOrDeclined(deadline) }
      guard try take(last) else { return .stopped }
    }
    return rows.endsRightly() ? .done : lateOrDeclined(deadline)
  }

  /// The stride to ask of a plane (`minStride`) so that two rows at a time can be unfiltered. A plane without it is
  /// served as well.
  package static func minStride(for layout: PNGPixelLayout, channels: Int) -> Int {
    layout.width * channels * (layout.bits / 8) + 1
  }

  /// An even number of rows that stay in the second-level cache, inflated and unfiltered.
  private static func stripRows(_ layout: PNGPixelLayout) -> Int {
    let fitting = stripBytes / max(1, layout.fileRowBytes) & ~1
    return max(layout.fileRowBytes > longRowBytes ? 2 : 8, min(fitting, 256))
  }

  /// Of longer rows fewer are read at once, lest that take long.
  private static let longRowBytes = 512 << 10

  private static let stripBytes = 160 << 10

  private func lateOrDeclined(_ deadline: UInt64) -> Result { isOver(deadline) ? .late : .declined }

  private func isOver(_ deadline: UInt64) -> Bool { TimeLimit(deadline: deadline).hasPassed }
}
