/// Damages the bytes of an image in ways that its format does not expect.
package struct Mutator {
  private var random: Randomness
  private let samples: [[UInt8]]

  package init(seed: UInt64, samples: [[UInt8]]) {
    random = Randomness(seed: seed)
    self.samples = samples
  }

  package mutating func mutated(_ sample: [UInt8]) -> [UInt8] {
    var bytes = sample
    for _ in 0...random.below(3) {
      if bytes.isEmpty { return bytes }
      switch random.below(9) {
      case 0: flipBits(&bytes)
      case 1: changeBytes(&bytes)
      case 2: bytes.removeLast(random.below(bytes.count))
      case 3: splice(&bytes)
      case 4: removePart(&bytes)
      case 5: repeatPart(&bytes)
      default: damageFields(&bytes)
      }
    }
    return bytes
  }

  /// A range of at most `longest` bytes.
  private mutating func part(of count: Int, longest: Int) -> Range<Int> {
    let start = random.below(count)
    return start..<min(count, start + 1 + random.below(longest))
  }

  private mutating func flipBits(_ bytes: inout [UInt8]) {
    for _ in 0...random.below(8) { bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8)) }
  }

  private mutating func changeBytes(_ bytes: inout [UInt8]) {
    // Half of the time only among the first bytes, where the headers are.
    let bound = random.below(2) == 0 ? bytes.count : min(bytes.count, 700)
    for _ in 0...random.below(32) { bytes[random.below(bound)] = random.nastyByte() }
  }

  private mutating func splice(_ bytes: inout [UInt8]) {
    let other = random.pick(samples)
    if other.isEmpty { return }
    let piece = other[part(of: other.count, longest: 4096)]
    let index = part(of: bytes.count, longest: 4096)
    bytes.replaceSubrange(random.below(2) == 0 ? index : index.lowerBound..<index.lowerBound, with: piece)
  }

  private mutating func removePart(_ bytes: inout [UInt8]) {
    bytes.removeSubrange(part(of: bytes.count, longest: 2048))
  }

  private mutating func repeatPart(_ bytes: inout [UInt8]) {
    let range = part(of: bytes.count, longest: 1024)
    let piece = bytes[range]
    for _ in 0...random.below(4) { bytes.insert(contentsOf: piece, at: range.upperBound) }
  }

  private mutating func damageFields(_ bytes: inout [UInt8]) {
    if bytes.starts(with: [0xFF, 0xD8]) {
      damageSegments(&bytes)
    } else if bytes.starts(with: PNGFile.signature) {
      var file = PNGFile(bytes)
      file.damage(with: &random)
      bytes = file.bytes
    } else {
      changeBytes(&bytes)
    }
  }

  /// Changes lengths and fields of a JPEG's segments, restart markers, and the positions of whole segments.
  private mutating func damageSegments(_ bytes: inout [UInt8]) {
    let markers = (0..<max(0, bytes.count - 4)).filter {
      bytes[$0] == 0xFF && bytes[$0 + 1] > 0xBF && bytes[$0 + 1] < 0xFF
    }
    guard !markers.isEmpty else { return }
    let marker = random.pick(markers)
    let length = Int(bytes[marker + 2]) << 8 | Int(bytes[marker + 3])
    let end = min(bytes.count, marker + 2 + max(2, length))
    switch random.below(6) {
    case 0:
      let wrong = random.pick([0, 1, 2, 3, length &- 1, length &+ 1, 0xFFFF, random.below(0x10000)]) & 0xFFFF
      bytes[marker + 2] = UInt8(wrong >> 8)
      bytes[marker + 3] = UInt8(wrong & 0xFF)
    case 1:
      bytes[marker + 1] = random.pick([0xC0, 0xC1, 0xC2, 0xC4, 0xC9, 0xCA, 0xD0, 0xD7, 0xD9, 0xDA, 0xDB, 0xDD, 0xEE])
    case 2:
      let piece = Array(bytes[marker..<end])
      bytes.insert(contentsOf: piece, at: random.pick(markers))
    case 3: bytes.removeSubrange(marker..<end)
    default:
      for _ in 0...random.below(4) where end > marker + 4 {
        bytes[marker + 4 + random.below(min(24, end - marker - 4))] = random.nastyByte()
      }
    }
  }
}
