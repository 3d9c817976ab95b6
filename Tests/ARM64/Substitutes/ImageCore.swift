// What JPEGDecoding asks of ImageCore, without the formats and without the clock: neither is a kernel.

package enum ImageFormat {
  case jpeg

  package var greatestSide: Int { 65_500 }
}

package struct TimeLimit {
  package init(deadline: UInt64 = 0) {}

  package var hasPassed: Bool { false }
}
