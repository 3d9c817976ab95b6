import ReferenceImplementations
import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore
@testable import PixelKernels

@Suite("Filtering PNG rows")
struct FilterTests {
  private static let supported = InstructionSet.allCases.filter(\.isSupported)
  private static let slack = 32

  @Test("All candidates and the choice equal those of the plain loop", arguments: supported, [1, 2, 3, 4, 6, 8])
  func candidatesAreThePlainOnes(_ set: InstructionSet, _ pixelBytes: Int) {
    let kernels = set.rowFilter
    var numbers = SeededNumbers(seed: UInt64(pixelBytes))
    for width in 1...70 {
      let count = width * pixelBytes
      let stride = count + FilterTests.slack
      // Eight zeros before a row, as before the first pixel. The rows are smooth, so that the choice varies.
      let zeros = [UInt8](repeating: 0, count: 8)
      let step = numbers.next() % 5
      let row = (0..<stride).map { UInt8(truncatingIfNeeded: UInt64($0) &* step &+ numbers.next() % 9) }
      let above = (0..<stride).map { UInt8(truncatingIfNeeded: UInt64($0) &* step &+ numbers.next() % 9) }
      var expected = [UInt8](repeating: 0, count: 5 * stride)
      var actual = expected
      var (expectedSums, sums) = ([UInt64](repeating: 0, count: 5), [UInt64](repeating: 0, count: 5))
      let expectedChoice = unsafe ReferenceRowFilter.best(
        of: &expected, stride: stride, row: row, above: above, pixelBytes: pixelBytes, byteCount: count,
        sums: &expectedSums)
      let choice = unsafe (zeros + row).withUnsafeBytes { row in
        unsafe (zeros + above).withUnsafeBytes { above -> Int in
          guard let row = row.baseAddress, let above = above.baseAddress else { return -1 }
          return unsafe kernels.best(
            of: &actual, stride: stride, row: row + 8, above: above + 8, pixelBytes: pixelBytes, byteCount: count,
            sums: &sums)
        }
      }
      #expect(choice == expectedChoice && sums == expectedSums, "\(width) pixels")
      for filter in 0..<5 {
        let range = (filter * stride)..<(filter * stride + count)
        #expect(actual[range] == expected[range], "filter \(filter), \(width) pixels")
      }
    }
  }

  @Test("Sums do not overflow in rows of any length", arguments: supported)
  func sumsOfLongRows(_ set: InstructionSet) {
    let kernels = set.rowFilter
    // Bytes of 128 have the greatest magnitude. Only Sub and Paeth see the row as flat.
    let count = 100_000
    let stride = count + FilterTests.slack
    let row = [UInt8](repeating: 0, count: 8) + [UInt8](repeating: 128, count: stride)
    let above = [UInt8](repeating: 0, count: stride + 8)
    var candidates = [UInt8](repeating: 0, count: 5 * stride)
    var sums = [UInt64](repeating: 0, count: 5)
    let choice = unsafe row.withUnsafeBytes { row in
      unsafe above.withUnsafeBytes { above -> Int in
        guard let row = row.baseAddress, let above = above.baseAddress else { return -1 }
        return unsafe kernels.best(
          of: &candidates, stride: stride, row: row + 8, above: above + 8, pixelBytes: 4, byteCount: count, sums: &sums)
      }
    }
    #expect(choice == 1 && sums[0] == 128 * UInt64(count))
  }

  @Test("The candidate of least entropy equals that of the plain loop", arguments: supported)
  func minEntropyIsThePlainOne(_ set: InstructionSet) {
    let kernels = set.rowFilter
    var numbers = SeededNumbers(seed: 9)
    let information = (0...300).map { UInt32($0 * $0 / 2) }
    for count in 1...300 {
      let stride = count + FilterTests.slack
      let candidates = (0..<(5 * stride)).map { index in
        UInt8(truncatingIfNeeded: numbers.next() % UInt64(2 + (index / stride * 7 + count) % 11))
      }
      var counts = [UInt32](repeating: 0, count: 512)
      let sums = (0..<5).map { _ in 100 + numbers.next() % 200 }
      let previous = count % 6
      let expected = unsafe ReferenceRowFilter.minEntropy(
        of: candidates, stride: stride, byteCount: count, sums: sums, previous: previous, information: information)
      let actual = unsafe kernels.minEntropy(
        of: candidates, stride: stride, byteCount: count, sums: sums, previous: previous, information: information,
        counts: &counts)
      #expect(actual == expected, "\(count) bytes")
    }
  }
}
