internal import CPlatform
package import ImageCore

/// Reads the common kinds of PNG in strips of rows, about five times as fast as libpng, or declines.
///
/// It declines everything that libpng would decode differently or warn about: interlacing, fewer than 8 bits, tRNS without a
/// palette, any fault. The caller then uses libpng, whose messages, errors and partial pixels count. An accepted file has the
/// same pixels as with libpng, which would have reported CODEC_OK.
///
/// Each worker has one decoder and reuses it.
package final class StreamingPNGDecoder {
  private let pool: BufferPool
  private let unfilter: any UnfilterKernels.Type
  private let inflater: Inflater

  package init(pool: BufferPool, instructionSet: InstructionSet = .current) {
    self.pool = pool
    unfilter = instructionSet.unfilter
    inflater = Inflater(instructionSet.inflateLoop)
  }

  /// The outcome of decoding an image.
  package enum Result {
    case done
    /// libpng must decode the image. The pixels written so far are undefined.
    case declined
    /// The deadline has passed.
    case late
    /// `take` stopped the decoding.
    case stopped
  }

  /// Whether this decoder reads images with such a header. `channels` and `depth` are those of the pixels that libpng would
  /// deliver.
  package static func accepts(_ layout: PNGPixelLayout, channels: Int, depth: SampleDepth) -> Bool {
    guard !layout.isInterlaced, layout.bits == depth.rawValue, layout.inflatedBytes != nil else { return false }
    switch layout.colorType {
    case 0, 2, 4, 6: return channels == layout.samples
    case 3: return layout.bits == 8 && channels >= 3
    default: return false
    }
  }

  /// Decodes into `plane`, whose size, channels and depth must be those that libpng reports for `layout`.
  /// - Parameter deadline: as in `DecodeLimits`.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, layout: PNGPixelLayout, into plane: borrowing Plane, deadline: UInt64 = 0
  ) throws(OutOfMemory) -> Result {
    let strip = StreamingPNGDecoder.stripRows(layout)
    guard layout.width == plane.size.width, layout.height == plane.size.height,
      var rows = try unsafe PNGRows(
        bytes, layout: layout, channels: plane.channels, depth: plane.depth, strip: strip, inflater: inflater,
        unfilter: unfilter, pool: pool, deadline: deadline)
    else { return lateOrDeclined(deadline) }
    for y in stride(from: 0, to: layout.height, by: strip) {
      if isOver(deadline) { return .late }
      guard rows.read(min(strip, layout.height - y), into: plane, first: y) else { return lateOrDeclined(deadline) }
    }
    return rows.endsCorrectly() ? .done : lateOrDeclined(deadline)
  }

  /// Decodes into strips of an even number of rows, except the last, and passes each to `take`, from top to bottom.
  /// - Parameter take: returns false to stop.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, layout: PNGPixelLayout, channels: Int, depth: SampleDepth, deadline: UInt64,
    take: (borrowing Plane) throws(OutOfMemory) -> Bool
  ) throws(OutOfMemory) -> Result {
    let strip = StreamingPNGDecoder.stripRows(layout)
    guard
      var rows = try unsafe PNGRows(
        bytes, layout: layout, channels: channels, depth: depth, strip: strip, inflater: inflater, unfilter: unfilter,
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
    return rows.endsCorrectly() ? .done : lateOrDeclined(deadline)
  }

  /// The `minStride` of a plane with which two rows at a time can be unfiltered. A plane with a smaller stride works as well.
  package static func minStride(for layout: PNGPixelLayout, channels: Int) -> Int {
    layout.width * channels * (layout.bits / 8) + 1
  }

  /// An even number of rows that stay in the second-level cache, inflated and unfiltered.
  private static func stripRows(_ layout: PNGPixelLayout) -> Int {
    let fitting = stripBytes / max(1, layout.fileRowBytes) & ~1
    return max(layout.fileRowBytes > longRowBytes ? 2 : 8, min(fitting, 256))
  }

  /// Fewer rows of greater length are read at once, so that a read does not take too long.
  private static let longRowBytes = 512 << 10

  private static let stripBytes = 160 << 10

  private func lateOrDeclined(_ deadline: UInt64) -> Result { isOver(deadline) ? .late : .declined }

  private func isOver(_ deadline: UInt64) -> Bool { TimeLimit(deadline: deadline).hasPassed }
}
