extension Plane {
  /// The BT.601 luma of RGB, alpha kept: 3 channels give 1, 4 give 2, fewer are returned as they are.
  ///
  /// Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601-7, 2.5.1) on the values as stored, in 16-bit fixed point, rounded
  /// to nearest: what a JPEG's luma plane holds, so that both formats agree.
  package consuming func grayscale(from pool: BufferPool) -> Plane {
    channels < 3 ? self : luma(from: pool)
  }

  /// The same for a plane that is kept, of 3 or 4 channels.
  package func luma(from pool: BufferPool) -> Plane {
    var gray = Plane(size: size, channels: channels - 2, depth: depth, from: pool)
    gray.extent = extent
    switch depth {
    case .eight: writeLuma(of: self, into: gray, sample: UInt8.self)
    case .sixteen: writeLuma(of: self, into: gray, sample: UInt16.self)
    }
    return gray
  }
}

/// The weights of red, green and blue times 65536; they sum to 65536 exactly, so that white stays white.
private let lumaWeights = (red: 19595, green: 38470, blue: 7471)

private func writeLuma<Sample: FixedWidthInteger & BitwiseCopyable>(
  of source: borrowing Plane, into target: borrowing Plane, sample: Sample.Type
) {
  let channels = source.channels
  for y in 0..<source.size.height {
    // SAFETY: both planes have `size.height` rows of `size.width * channels` samples of this type.
    var from = unsafe source.row(y).assumingMemoryBound(to: Sample.self)
    var to = unsafe target.row(y).assumingMemoryBound(to: Sample.self)
    for _ in 0..<source.size.width {
      let sum =
        unsafe Int(from[0]) * lumaWeights.red + Int(from[1]) * lumaWeights.green + Int(from[2]) * lumaWeights.blue
      unsafe to[0] = Sample(truncatingIfNeeded: (sum + 32768) >> 16)
      if channels == 4 { unsafe to[1] = unsafe from[3] }
      unsafe from += channels
      unsafe to += channels - 2
    }
  }
}
