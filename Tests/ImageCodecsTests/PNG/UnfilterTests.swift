import ReferenceImplementations
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import PixelKernels

@Suite("Unfiltering PNG rows")
struct UnfilterTests {
  private static let pixelBytes = [1, 2, 3, 4, 6, 8]
  static let supported = InstructionSet.allCases.filter(\.isSupported)
  /// Bytes that the kernels may read or write past a row.
  private static let slack = 32

  @Test("Every filter, pixel size and width gives the rows of the plain loop", arguments: supported, 0...4)
  func everyFilterIsThePlainOne(_ set: InstructionSet, _ filter: Int) {
    let kernels = set.unfilter
    var numbers = SeededNumbers(seed: UInt64(filter))
    for pixelBytes in UnfilterTests.pixelBytes {
      for width in 1...70 {
        let count = width * pixelBytes
        let filtered = numbers.bytes(count + UnfilterTests.slack)
        let above = numbers.bytes(count + UnfilterTests.slack)
        var expected = [UInt8](repeating: 0, count: count)
        var actual = numbers.bytes(count + UnfilterTests.slack)
        unsafe ReferenceUnfilter.row(
          filter: UInt8(filter), pixelBytes: pixelBytes, into: &expected, from: filtered, above: above,
          byteCount: count)
        unsafe kernels.row(
          filter: UInt8(filter), pixelBytes: pixelBytes, into: &actual, from: filtered, above: above, byteCount: count)
        #expect(Array(actual.prefix(count)) == expected, "\(pixelBytes) bytes a pixel, \(width) pixels")
      }
    }
  }

  @Test("Rows may be unfiltered to a position 33 bytes before their own", arguments: supported, 0...4)
  func overlapIsHarmless(_ set: InstructionSet, _ filter: Int) {
    let kernels = set.unfilter
    var numbers = SeededNumbers(seed: 77)
    for pixelBytes in UnfilterTests.pixelBytes {
      for width in 1...70 {
        let count = width * pixelBytes
        var memory = numbers.bytes(33 + count + UnfilterTests.slack)
        let filtered = Array(memory[33..<(33 + count)])
        let above = numbers.bytes(count + UnfilterTests.slack)
        var expected = [UInt8](repeating: 0, count: count)
        unsafe ReferenceUnfilter.row(
          filter: UInt8(filter), pixelBytes: pixelBytes, into: &expected, from: filtered, above: above,
          byteCount: count)
        unsafe memory.withUnsafeMutableBytes { bytes in
          guard let base = bytes.baseAddress else { return }
          unsafe kernels.row(
            filter: UInt8(filter), pixelBytes: pixelBytes, into: base, from: base + 33, above: above, byteCount: count)
        }
        #expect(Array(memory.prefix(count)) == expected, "\(pixelBytes) bytes a pixel, \(width) pixels")
      }
    }
  }

  @Test("Two Paeth rows at once equal the two rows one after the other", arguments: supported)
  func pairsAreTwoRows(_ set: InstructionSet) {
    let kernels = set.unfilter
    var numbers = SeededNumbers(seed: 5)
    for pixelBytes in [1, 2, 3, 4, 8] {
      for width in 1...70 {
        let count = width * pixelBytes
        let stride = count + 1 + Int(numbers.next() % 64)
        let filtered = numbers.bytes(2 * count + 1 + UnfilterTests.slack)
        let above = numbers.bytes(count + UnfilterTests.slack)
        var first = [UInt8](repeating: 0, count: count)
        var second = first
        unsafe ReferenceUnfilter.row(
          filter: 4, pixelBytes: pixelBytes, into: &first, from: filtered, above: above, byteCount: count)
        unsafe ReferenceUnfilter.row(
          filter: 4, pixelBytes: pixelBytes, into: &second, from: Array(filtered.dropFirst(count + 1)), above: first,
          byteCount: count)
        var rows = numbers.bytes(stride + count + UnfilterTests.slack)
        unsafe kernels.twoPaethRows(
          pixelBytes: pixelBytes, into: &rows, stride: stride, from: filtered, above: above, byteCount: count)
        #expect(Array(rows.prefix(count)) == first, "\(pixelBytes) bytes a pixel, \(width) pixels")
        #expect(Array(rows.dropFirst(stride).prefix(count)) == second, "\(pixelBytes) bytes a pixel, \(width) pixels")
      }
    }
  }

  @Test("Four Paeth rows at once equal the four rows one after the other", arguments: supported, [3, 4])
  func foursAreFourRows(_ set: InstructionSet, _ pixelBytes: Int) {
    let kernels = set.unfilter
    var numbers = SeededNumbers(seed: 6)
    for width in 4...70 {
      let count = width * pixelBytes
      let stride = count + 1 + Int(numbers.next() % 64)
      let filtered = numbers.bytes(4 * (count + 1) + UnfilterTests.slack)
      let above = numbers.bytes(count + UnfilterTests.slack)
      var rows = numbers.bytes(4 * stride + UnfilterTests.slack)
      unsafe kernels.fourPaethRows(
        pixelBytes: pixelBytes, into: &rows, stride: stride, from: filtered, above: above, byteCount: count)
      var expected = above
      for row in 0..<4 {
        let over = expected
        unsafe ReferenceUnfilter.row(
          filter: 4, pixelBytes: pixelBytes, into: &expected, from: Array(filtered.dropFirst(row * (count + 1))),
          above: over, byteCount: count)
        #expect(
          Array(rows.dropFirst(row * stride).prefix(count)) == Array(expected.prefix(count)), "row \(row) of \(width)")
      }
    }
  }

  @Test("The rearranged Paeth predictor equals the specification's for bytes in every order", arguments: supported)
  func predictorIsTheSpecifications(_ set: InstructionSet) {
    // One pixel of one byte after another, with left a, above b and above left c, on a coarse grid that has all ties.
    let kernels = set.unfilter
    let values = [UInt8](stride(from: 0, through: 255, by: 15)) + [1, 2, 127, 128, 254]
    for a in values {
      for b in values {
        for c in values {
          // The byte above the first pixel is c, and the pixel must become a. Its prediction is c, because it has no left
          // neighbor.
          let filtered = [a &- c, 0] + [UInt8](repeating: 0, count: UnfilterTests.slack)
          let above = [c, b] + [UInt8](repeating: 0, count: UnfilterTests.slack)
          var row = [UInt8](repeating: 0, count: 2 + UnfilterTests.slack)
          unsafe kernels.row(filter: 4, pixelBytes: 1, into: &row, from: filtered, above: above, byteCount: 2)
          let expected = UInt8(ReferenceUnfilter.paethPredictor(Int(a), Int(b), Int(c)))
          guard row[0] == a, row[1] == expected else {
            Issue.record("left \(a), above \(b), above left \(c): \(row[1]), not \(expected)")
            return
          }
        }
      }
    }
  }

  @Test("Samples of 16 bits are converted to native byte order", arguments: supported)
  func swapping(_ set: InstructionSet) {
    let kernels = set.unfilter
    var numbers = SeededNumbers(seed: 3)
    for count in 1...70 {
      let source = numbers.bytes(2 * count + UnfilterTests.slack)
      var target = [UInt16](repeating: 0, count: count + UnfilterTests.slack / 2)
      unsafe kernels.copySwapped16(source, to: &target, byteCount: 2 * count)
      let expected = (0..<count).map { UInt16(source[2 * $0]) << 8 | UInt16(source[2 * $0 + 1]) }
      #expect(Array(target.prefix(count)) == expected)
    }
  }
}
