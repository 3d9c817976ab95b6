/// Whether Little CMS should read a profile. Checks the sizes that the profile's tables declare, before anything is read or
/// allocated for them (ICC.1:2022, clauses 7, 9 and 10).
///
/// A profile that passes takes time in proportion to its size, both to make a transform and for each pixel. Tags outside the
/// profile are skipped, because the library skips them, too: it decides what to do with a damaged profile. The check does not
/// read the contents of tables.
struct ProfileCheck {
  let bytes: [UInt8]
  /// The work that reading the remaining tags may take: bytes of tables, and evaluations of curves.
  private var workLeft: Int

  /// - Returns: whether all parts of the profile have a reasonable size.
  static func isReasonable(_ profile: [UInt8]) -> Bool {
    var check = ProfileCheck(profile)
    return check.passes()
  }

  private init(_ bytes: [UInt8]) {
    self.bytes = bytes
    workLeft = 2 * bytes.count + ProfileCheck.workBesideTables
  }

  /// Size of the profile header (7.2). The number of tags follows it (7.3.1).
  private static let headerBytes = 128
  /// Little CMS has no room for more (MAX_TABLE_TAG of lcms2_internal.h).
  private static let maxTags = 100
  /// Inputs of a color table. Pixels that are transformed are gray, RGB or CMYK, and each further input doubles the cost of a
  /// pixel.
  private static let maxInputs = 4
  /// Channels of any stage. 7.2.6 has colors of up to 15, and Little CMS of up to 16.
  static let maxChannels = 16
  /// The number of values in the library's table of a curve that is defined by formulas.
  static let curveEvaluations = 4096
  /// Enough for 40 elements with curves of three segments in 16 channels.
  private static let workBesideTables = 8 << 20

  private mutating func passes() -> Bool {
    guard let count = number(ProfileCheck.headerBytes, 4), count <= ProfileCheck.maxTags else { return false }
    // Several tags may share one range, which is read once.
    var tags: Set<Range<Int>> = []
    for index in 0..<count {
      let entry = ProfileCheck.headerBytes + 4 + 12 * index
      guard let offset = number(entry + 4, 4), let size = number(entry + 8, 4) else { return false }
      guard size >= 8, offset <= bytes.count, size <= bytes.count - offset else { continue }
      tags.insert(offset..<offset + size)
    }
    for tag in tags {
      guard isReasonable(tag) else { return false }
    }
    return true
  }

  private mutating func isReasonable(_ tag: Range<Int>) -> Bool {
    switch type(at: tag.lowerBound) {
    case "curv", "para": takeCurve(at: tag.lowerBound) != nil
    case "mft1": takeTable(at: tag.lowerBound, sampleBytes: 1)
    case "mft2": takeTable(at: tag.lowerBound, sampleBytes: 2)
    case "mAB ": takeStages(at: tag.lowerBound, isToDevice: false)
    case "mBA ": takeStages(at: tag.lowerBound, isToDevice: true)
    case "mpet": takeElements(at: tag.lowerBound)
    default: take(tag.count)
    }
  }

  /// Counts the work for a part; false if it is too much.
  mutating func take(_ work: Int) -> Bool {
    guard work <= workLeft else { return false }
    workLeft -= work
    return true
  }

  /// A big-endian number of the profile; nil if it is outside the profile.
  func number(_ offset: Int, _ width: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - width else { return nil }
    return bytes[offset..<offset + width].reduce(0) { $0 << 8 | Int($1) }
  }

  /// The signature at the start of a tag or an element; empty if there is none.
  func type(at offset: Int) -> String {
    guard offset >= 0, offset <= bytes.count - 4 else { return "" }
    return String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
  }

  // MARK: - Curves

  /// A curveType or parametricCurveType (10.6 and 10.18).
  /// - Returns: its size in bytes; nil if it is not in the profile, or costs too much.
  private mutating func takeCurve(at start: Int) -> Int? {
    guard start >= 0, start <= bytes.count - 12 else { return nil }
    if type(at: start) == "para" {
      guard let kind = number(start + 8, 2), kind < ProfileCheck.parameters.count else { return nil }
      return take(ProfileCheck.curveEvaluations) ? 12 + 4 * ProfileCheck.parameters[kind] : nil
    }
    guard let count = number(start + 8, 4), count <= (bytes.count - start - 12) / 2, take(2 * count) else { return nil }
    return 12 + 2 * count
  }

  /// The number of parameters of each kind of parametric curve (Table 68).
  private static let parameters = [1, 3, 4, 5, 7]

  /// Consecutive curves, each aligned to four bytes.
  private mutating func takeCurves(_ count: Int, at start: Int) -> Bool {
    var offset = start
    for _ in 0..<count {
      guard let byteCount = takeCurve(at: offset) else { return false }
      offset += (byteCount + 3) & ~3
    }
    return true
  }

  // MARK: - Tables of colors

  /// A table of `outputs` samples for each point of a grid; false if the profile has no room for it.
  mutating func takeGrid(_ grid: [Int], outputs: Int, sampleBytes: Int, at start: Int) -> Bool {
    guard (1...ProfileCheck.maxInputs).contains(grid.count), (1...ProfileCheck.maxChannels).contains(outputs),
      start >= 0, start <= bytes.count
    else { return false }
    let room = (bytes.count - start) / sampleBytes
    var samples = outputs
    for points in grid {
      // No overflow: each factor is at most 255, and only products up to `room` are multiplied.
      guard points >= 1, samples <= room else { return false }
      samples *= points
    }
    return samples <= room && take(samples * sampleBytes)
  }

  /// lut8Type and lut16Type (10.10 and 10.11).
  private mutating func takeTable(at start: Int, sampleBytes: Int) -> Bool {
    guard let inputs = number(start + 8, 1), let outputs = number(start + 9, 1), let points = number(start + 10, 1),
      let entries = sampleBytes == 1 ? 256 : number(start + 48, 2),
      let exits = sampleBytes == 1 ? 256 : number(start + 50, 2),
      (1...ProfileCheck.maxInputs).contains(inputs), (1...ProfileCheck.maxChannels).contains(outputs)
    else { return false }
    let first = start + (sampleBytes == 1 ? 48 : 52)
    let curves = (inputs * entries + outputs * exits) * sampleBytes
    guard take(curves) else { return false }
    // Little CMS makes no table for a grid without points.
    return points == 0
      || takeGrid(
        [Int](repeating: points, count: inputs), outputs: outputs, sampleBytes: sampleBytes,
        at: first + inputs * entries * sampleBytes)
  }

  /// lutAToBType and lutBToAType (10.12 and 10.13): curves on one side, a matrix, curves, a grid, and curves on the device's
  /// side, each at its offset, or none.
  private mutating func takeStages(at start: Int, isToDevice: Bool) -> Bool {
    guard let inputs = number(start + 8, 1), let outputs = number(start + 9, 1),
      (1...ProfileCheck.maxInputs).contains(inputs), (1...ProfileCheck.maxInputs).contains(outputs)
    else { return false }
    let (colors, device) = isToDevice ? (inputs, outputs) : (outputs, inputs)
    // B, M and A. The offset of the matrix is at 16; it has 12 numbers.
    for (field, count) in [(12, colors), (20, colors), (28, device)] {
      guard let offset = number(start + field, 4) else { return false }
      guard offset == 0 || takeCurves(count, at: start + offset) else { return false }
    }
    guard let offset = number(start + 24, 4) else { return false }
    return offset == 0 || takeStageGrid(at: start + offset, inputs: inputs, outputs: outputs)
  }

  private mutating func takeStageGrid(at start: Int, inputs: Int, outputs: Int) -> Bool {
    guard let sampleBytes = number(start + 16, 1), sampleBytes == 1 || sampleBytes == 2 else { return false }
    let grid = (0..<inputs).map { number(start + $0, 1) ?? 0 }
    return takeGrid(grid, outputs: outputs, sampleBytes: sampleBytes, at: start + 20)
  }
}
