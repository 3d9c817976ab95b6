/// multiProcessElementsType (ICC.1:2022, 10.16): any number of floating-point stages, which may all have the same offset.
extension ProfileCheck {
  /// The conversions from a device to colors in the standard have 3 to 7.
  private static let maxElements = 32
  /// Segments of a curve; sRGB's has 3. Each segment is tried for each value of the curve.
  private static let maxSegments = 16

  mutating func takeElements(at start: Int) -> Bool {
    guard let count = number(start + 12, 4), count <= ProfileCheck.maxElements else { return false }
    for index in 0..<count {
      guard let offset = number(start + 16 + 8 * index, 4), takeElement(at: start + offset) else { return false }
    }
    return true
  }

  private mutating func takeElement(at start: Int) -> Bool {
    guard let inputs = number(start + 8, 2), let outputs = number(start + 10, 2),
      (1...ProfileCheck.maxChannels).contains(inputs), (1...ProfileCheck.maxChannels).contains(outputs)
    else { return false }
    switch type(at: start) {
    case "cvst": return takeCurveSet(at: start, channels: inputs)
    case "clut":
      let grid = (0..<inputs).map { number(start + 12 + $0, 1) ?? 0 }
      return takeGrid(grid, outputs: outputs, sampleBytes: 4, at: start + 28)
    default: return take(4 * (inputs * outputs + outputs))
    }
  }

  /// curveSetElement (10.16.2): a segmented curve for each channel.
  private mutating func takeCurveSet(at start: Int, channels: Int) -> Bool {
    for channel in 0..<channels {
      guard let offset = number(start + 12 + 8 * channel, 4), takeSegments(at: start + offset) else { return false }
    }
    return true
  }

  /// Consecutive segments of formulas and samples.
  private mutating func takeSegments(at start: Int) -> Bool {
    guard let count = number(start + 8, 2), (1...ProfileCheck.maxSegments).contains(count),
      take(count * ProfileCheck.curveEvaluations)
    else { return false }
    var offset = start + 12 + 4 * (count - 1)
    for _ in 0..<count {
      switch type(at: offset) {
      case "parf":
        // The first kind of formula has four parameters, the others five (Table 71).
        guard let kind = number(offset + 8, 2) else { return false }
        offset += 12 + 4 * (kind == 0 ? 4 : 5)
      case "samf":
        guard let samples = number(offset + 8, 4), samples <= bytes.count / 4, take(4 * samples) else { return false }
        offset += 12 + 4 * samples
      default: return false
      }
    }
    return true
  }
}
