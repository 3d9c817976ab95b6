/// libjpeg-turbo's transforms, a row or column at a time, one block at a time (jfdctint.c, jidctint.c, jidctred.c).
enum PlainTransforms {
  /// A sum divided by a power of two, rounded to the nearest.
  private static func rounded(_ sum: Int, _ shift: Int) -> Int { (sum + 1 << (shift - 1)) >> shift }

  /// The samples of a block of coefficients, which are in rows of eight.
  static func inverse(_ coefficients: [Int], size: Int) -> [UInt8] {
    var between = [Int](repeating: 0, count: 64)
    for x in 0..<8 {
      let column = inverseSums((0..<8).map { coefficients[8 * $0 + x] }, size: size)
      for y in 0..<size { between[8 * y + x] = rounded(column[y], shift(size, isFirst: true)) }
    }
    return (0..<size).flatMap { y in
      inverseSums(Array(between[8 * y..<8 * y + 8]), size: size).map {
        UInt8(min(max(rounded($0, shift(size, isFirst: false)) + 128, 0), 255))
      }
    }
  }

  private static func shift(_ size: Int, isFirst: Bool) -> Int {
    switch size {
    case 2: isFirst ? 13 : 20
    case 4: isFirst ? 12 : 19
    default: isFirst ? 11 : 18
    }
  }

  private static func inverseSums(_ d: [Int], size: Int) -> [Int] {
    switch size {
    case 2:
      let even = d[0] << 15
      let odd = d[1] * 29692 - d[3] * 10426 + d[5] * 6967 - d[7] * 5906
      return [even + odd, even - odd]
    case 4:
      let even = d[0] << 14
      let slope = d[2] * 15137 - d[6] * 6270
      let outer = d[1] * 20995 + d[3] * 7373 - d[5] * 4926 - d[7] * 4176
      let inner = d[1] * 8697 - d[3] * 17799 + d[5] * 11893 - d[7] * 1730
      return [even + slope + outer, even - slope + inner, even - slope - inner, even + slope - outer]
    default:
      let z = (d[2] + d[6]) * 4433
      let (low, high) = (z - d[6] * 15137, z + d[2] * 6270)
      let (sum, difference) = ((d[0] + d[4]) << 13, (d[0] - d[4]) << 13)
      let even = [sum + high, difference + low, difference - low, sum - high]
      let odd = oddSums(d[7], d[5], d[3], d[1])
      return (0..<4).map { even[$0] + odd[3 - $0] } + (0..<4).map { even[3 - $0] - odd[$0] }
    }
  }

  /// The four sums of the odd part, which both directions share.
  private static func oddSums(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> [Int] {
    let z5 = (a + b + c + d) * 9633
    let (z1, z2) = (-7373 * (a + d), -20995 * (b + c))
    let (z3, z4) = (-16069 * (a + c) + z5, -3196 * (b + d) + z5)
    return [2446 * a + z1 + z3, 16819 * b + z2 + z4, 25172 * c + z2 + z3, 12299 * d + z1 + z4]
  }

  /// The coefficients of a block of samples relative to their center, eight times too large.
  static func forward(_ samples: [Int]) -> [Int] {
    var block = samples
    for y in 0..<8 {
      let row = forward(Array(block[8 * y..<8 * y + 8]), isFirst: true)
      for x in 0..<8 { block[8 * y + x] = row[x] }
    }
    for x in 0..<8 {
      let column = forward((0..<8).map { block[8 * $0 + x] }, isFirst: false)
      for y in 0..<8 { block[8 * y + x] = column[y] }
    }
    return block
  }

  private static func forward(_ d: [Int], isFirst: Bool) -> [Int] {
    let shift = isFirst ? 11 : 15
    let sums = (0..<4).map { d[$0] + d[7 - $0] }
    let (t10, t13, t11, t12) = (sums[0] + sums[3], sums[0] - sums[3], sums[1] + sums[2], sums[1] - sums[2])
    let z = (t12 + t13) * 4433
    let odd = oddSums(d[3] - d[4], d[2] - d[5], d[1] - d[6], d[0] - d[7])
    func whole(_ value: Int) -> Int { isFirst ? value << 2 : rounded(value, 2) }
    return [
      whole(t10 + t11), rounded(odd[3], shift), rounded(z + t13 * 6270, shift), rounded(odd[2], shift),
      whole(t10 - t11), rounded(odd[1], shift), rounded(z - t12 * 15137, shift), rounded(odd[0], shift),
    ]
  }
}
