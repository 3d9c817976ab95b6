/// Transforms sixteen blocks of samples, relative to their center, to coefficients, one lane per block. The results are those of
/// libjpeg-turbo, eight times too large.
///
/// The passes of its transform (jfdctint.c after Loeffler, Ligtenberg and Moschytz, 1989) are sums of products with 13-bit
/// constants, rounded once each. Integer sums do not depend on their order. Sums of values fit 16 bits: at most 8 * 128 in the
/// first pass, and 8 * 4 * 8 * 128 in the second one, which occurs only below zero.
enum ForwardDCT {
  /// Transforms the rows of blocks (first pass) or their columns (second pass).
  @inline(__always) static func pass(_ d: EightRows16, isFirst: Bool) -> EightRows16 {
    let shift: Int32 = isFirst ? 11 : 15
    let (s0, s1, s2, s3) = (d.0 &+ d.7, d.1 &+ d.6, d.2 &+ d.5, d.3 &+ d.4)
    let (t7, t6, t5, t4) = (d.0 &- d.7, d.1 &- d.6, d.2 &- d.5, d.3 &- d.4)
    let (e0, e3, e1, e2) = (s0 &+ s3, s0 &- s3, s1 &+ s2, s1 &- s2)
    let c0 = isFirst ? (e0 &+ e1) &<< 2 : (e0 &+ e1 &+ 2) &>> 2
    let c4 = isFirst ? (e0 &- e1) &<< 2 : (e0 &- e1 &+ 2) &>> 2
    // Each of the sums below has one of z, z3 and z4, so these have the rounding.
    let rounding: Int32 = 1 &<< (shift &- 1)
    let z = WideBlocks(e2 &+ e3) * 4433 + rounding
    let c2 = (z + WideBlocks(e3) * 6270).shifted(shift)
    let c6 = (z - WideBlocks(e2) * 15137).shifted(shift)
    let z5 = WideBlocks(t4 &+ t6 &+ t5 &+ t7) * 9633 + rounding
    let (z1, z2) = (WideBlocks(t4 &+ t7) * -7373, WideBlocks(t5 &+ t6) * -20995)
    let (z3, z4) = (WideBlocks(t4 &+ t6) * -16069 + z5, WideBlocks(t5 &+ t7) * -3196 + z5)
    let c7 = (WideBlocks(t4) * 2446 + z1 + z3).shifted(shift)
    let c5 = (WideBlocks(t5) * 16819 + z2 + z4).shifted(shift)
    let c3 = (WideBlocks(t6) * 25172 + z2 + z3).shifted(shift)
    let c1 = (WideBlocks(t7) * 12299 + z1 + z4).shifted(shift)
    return (c0, c1, c2, c3, c4, c5, c6, c7)
  }
}
