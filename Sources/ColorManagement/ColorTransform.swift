internal import CColorManagement
package import ImageCore

/// Converts from the space of a profile to sRGB, with Little CMS in 16 bits: relative colorimetric with black point compensation.
/// All workers share it.
@safe package final class ColorTransform: @unchecked Sendable {
  // SAFETY, also of `@unchecked Sendable`: created in init, destroyed once in deinit, and only read in between. The library's
  // transforms without a cache are constant (lcms2.h, cmsFLAGS_NOCACHE).
  private let handle: OpaquePointer
  private let space: ColorSpace
  private let hasAlpha: Bool
  /// Whether colors are unchanged, to the nearest 8-bit value. Such a profile is sRGB for every purpose.
  package private(set) var isIdentity = false

  /// Nil if the profile is broken, of another space, or larger in some part than any ordinary profile.
  init?(profile: [UInt8], _ space: ColorSpace, hasAlpha: Bool) {
    guard ProfileCheck.isReasonable(profile) else { return nil }
    let made = unsafe profile.withUnsafeBufferPointer { bytes -> OpaquePointer? in
      guard let base = bytes.baseAddress else { return nil }
      return unsafe color_transform_create(base, bytes.count, space.forC, hasAlpha)
    }
    guard let made = unsafe made else { return nil }
    unsafe handle = unsafe made
    self.space = space
    self.hasAlpha = hasAlpha
    isIdentity = space != .cmyk && changesNothing
  }

  deinit { unsafe color_transform_destroy(handle) }

  /// Upper bound of the memory for a transform with its profile, while it is created and later. Little CMS keeps 8-bit tables in
  /// 16 bits, and copies of what it reads. Each of a dozen curves has 4096 values.
  package static func byteCount(profileByteCount: Int) -> Int { 6 * profileByteCount + 512 << 10 }

  /// The pixels in sRGB, at their depth; inks give 8-bit or 16-bit RGB. Undefined once the time limit of the pool has passed.
  package func converted(_ plane: borrowing Plane, from pool: BufferPool) throws(OutOfMemory) -> Plane {
    let channels = space == .cmyk ? 3 : plane.channels
    precondition(plane.channels == space.rawValue + (hasAlpha ? 1 : 0), "a transform is of the pixels' space")
    let result = try Plane(size: plane.size, channels: channels, depth: plane.depth, from: pool)
    // In pieces, because a pixel can take tens of microseconds.
    let maximum = min(plane.size.width, ColorTransform.pixelsOfPiece)
    var samples = [UInt16](repeating: 0, count: maximum * plane.channels)
    var out = [UInt16](repeating: 0, count: maximum * channels)
    var limit = pool.limit
    for y in 0..<plane.size.height {
      for x in stride(from: 0, to: plane.size.width, by: maximum) {
        if limit.isOver(before: maximum * ColorTransform.workOfPixel) { return result }
        let pixels = min(maximum, plane.size.width - x)
        plane.widen(x..<x + pixels, ofRow: y, into: &samples)
        run(samples, &out, pixels)
        result.narrow(out, to: x..<x + pixels, ofRow: y)
      }
    }
    return result
  }

  private static let pixelsOfPiece = 512
  /// Cost of a pixel, in bytes of work as `TimeLimit` counts them: the clock is read at each piece.
  private static let workOfPixel = 256

  private func run(_ samples: [UInt16], _ out: inout [UInt16], _ pixels: Int) {
    // SAFETY: both arrays have the samples of `pixels` pixels, at least one.
    unsafe color_transform_run(handle, samples, &out, pixels)
  }

  /// Checks a grid of all colors.
  private var changesNothing: Bool {
    let steps: [UInt16] = (0...8).map { UInt16($0 * 65535 / 8) }
    let alpha: [UInt16] = hasAlpha ? [65535] : []
    let samples: [UInt16] =
      space == .gray
      ? steps.flatMap { [$0] + alpha }
      : steps.flatMap { red in steps.flatMap { green in steps.flatMap { [red, green, $0] + alpha } } }
    var out = samples
    run(samples, &out, samples.count / (space.rawValue + alpha.count))
    // Half a step of 8 bits, and the error of the library's tables.
    return zip(samples, out).allSatisfy { abs(Int($0) - Int($1)) <= 192 }
  }
}

/// The space of pixels, by the number of color channels.
package enum ColorSpace: Int, Sendable {
  case gray = 1
  case rgb = 3
  case cmyk = 4

  var forC: color_space {
    switch self {
    case .gray: .COLOR_GRAY
    case .rgb: .COLOR_RGB
    case .cmyk: .COLOR_CMYK
    }
  }
}
