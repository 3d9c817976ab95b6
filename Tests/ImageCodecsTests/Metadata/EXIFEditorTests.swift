import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("EXIF of an output")
struct EXIFEditorTests {
  /// Builds a TIFF structure of directories at known positions.
  struct TIFF {
    let bigEndian: Bool
    var bytes: [UInt8]

    init(bigEndian: Bool) {
      self.bigEndian = bigEndian
      bytes = Array((bigEndian ? "MM" : "II").utf8)
      add(42, 2)
      add(8, 4)
    }

    mutating func add(_ value: Int, _ count: Int) {
      let number = (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      bytes += bigEndian ? number.reversed() : number
    }

    /// - Parameter entries: tag, type, count and value. A value of fewer than four bytes is left-aligned.
    mutating func directory(_ entries: [(tag: Int, type: Int, count: Int, value: Int)], next: Int = 0) {
      add(entries.count, 2)
      for entry in entries {
        add(entry.tag, 2)
        add(entry.type, 2)
        add(entry.count, 4)
        let width = [1: 1, 3: 2][entry.type] ?? 4
        add(entry.value, width)
        bytes += [UInt8](repeating: 0, count: 4 - width)
      }
      add(next, 4)
    }
  }

  private func orientations(_ bytes: [UInt8], at positions: [Int], bigEndian: Bool) -> [[UInt8]] {
    positions.map { Array(bytes[($0 + 2)..<($0 + 12)]) }
  }

  @Test(arguments: [true, false], [1, 2, 3, 4, 5, 7, 8, 9, 11, 200])
  func `every orientation tag becomes 1, whatever its type and directory`(bigEndian: Bool, type: Int) throws {
    var tiff = TIFF(bigEndian: bigEndian)
    // Four entries: bytes 8 to 62. Two directories of one entry: 62 to 80 and 80 to 98. Two SubIFDs: 98 to 134; then their
    // offsets.
    tiff.directory([
      (0x0112, type, 1, 6), (0x0112, 3, 1, 8), (0x8769, 4, 1, 62), (0x014A, 4, 2, 134),
    ])
    tiff.directory([(0x0112, type, 1, 6)])
    tiff.directory([(0x1234, 4, 1, 99)])
    tiff.directory([(0x0112, type, 1, 3)])
    tiff.directory([(0x0112, type, 7, 3)])
    tiff.add(98, 4)
    tiff.add(116, 4)
    var editor = try #require(EXIFEditor(tiff.bytes))
    editor.setUpright()
    let wanted: [UInt8] = bigEndian ? [0, 3, 0, 0, 0, 1, 0, 1, 0, 0] : [3, 0, 1, 0, 0, 0, 1, 0, 0, 0]
    let positions = [10, 22, 64, 100, 118]
    for index in positions { #expect(Array(editor.bytes[(index + 2)..<(index + 12)]) == wanted, "at \(index)") }
    var rest = editor.bytes
    for index in positions { rest.replaceSubrange(index..<index + 12, with: tiff.bytes[index..<index + 12]) }
    #expect(rest == tiff.bytes, "nothing else was changed")
  }

  @Test func `a directory with a count beyond its end is edited as far as it is read`() throws {
    var tiff = TIFF(bigEndian: true)
    tiff.directory([(0x0112, 3, 1, 6)])
    tiff.bytes[8] = 0x7F
    var editor = try #require(EXIFEditor(tiff.bytes))
    editor.setUpright()
    #expect(unsafe Orientation(tiff: editor.bytes.span.bytes) == .upright)
  }

  @Test(.timeLimit(.minutes(1)))
  func `directories that point to themselves are read once`() throws {
    var tiff = TIFF(bigEndian: true)
    tiff.directory([(0x0112, 3, 1, 6)] + (0..<5000).map { _ in (0x8825, 4, 1, 8) })
    var editor = try #require(EXIFEditor(tiff.bytes))
    editor.setUpright()
    editor.dropPreview()
    #expect(unsafe Orientation(tiff: editor.bytes.span.bytes) == .upright)
  }

  @Test(.timeLimit(.minutes(1)))
  func `overlapping directories, and offsets that are read again and again, are rejected`() {
    var across = TIFF(bigEndian: true)
    across.directory((0..<5000).map { (0x8825, 4, 1, 8 + 2 * $0) })
    #expect(EXIFEditor(across.bytes) == nil)
    var again = TIFF(bigEndian: true)
    again.directory((0..<5000).map { _ in (0x014A, 4, 15_000, 8) })
    #expect(EXIFEditor(again.bytes) == nil)
    #expect(EXIFEditor([]) == nil && EXIFEditor(Array("MM nothing of TIFF".utf8)) == nil)
  }

  @Test func `a preview that overlaps a directory is removed, and the directory stays`() throws {
    var tiff = TIFF(bigEndian: true)
    tiff.directory([(0x8769, 4, 1, 26)], next: 44)
    tiff.directory([(0xA002, 4, 1, 900)])
    tiff.directory([(0x0201, 4, 1, 20), (0x0202, 4, 1, 40)])
    var editor = try #require(EXIFEditor(tiff.bytes))
    editor.dropPreview()
    editor.setDimensions(PixelSize(width: 90, height: 60))
    // Cut off after the last directory that stays.
    #expect(editor.bytes.count == 44)
    #expect(Array(editor.bytes[26..<44]) == [0, 1, 0xA0, 2, 0, 4, 0, 0, 0, 1, 0, 0, 0, 90, 0, 0, 0, 0])
    #expect(Array(editor.bytes[22..<26]) == [0, 0, 0, 0], "the second directory is unlinked")
  }
}
