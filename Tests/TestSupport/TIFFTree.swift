/// Builds files of TIFF directories with chosen entries (TIFF 6.0, section 2), and notes of makers, which are alike.
package struct TIFFTree {
  /// A tag with its value.
  package typealias Entry = (tag: Int, value: Value)

  package typealias Directory = [Entry]

  package enum Value {
    case short([Int])
    case long([Int])
    case text(String)
    case undefined([UInt8])
    /// The offsets of directories.
    case directories([Directory])
    /// The offset of bytes, which are behind all directories.
    case blob([UInt8])
  }

  private var isBigEndian: Bool
  private var bytes: [UInt8]
  private var blobs: [(position: Int, bytes: [UInt8])] = []

  /// The bytes of a file or a note.
  /// - Parameters:
  ///   - start: what precedes the first directory. Offsets count from its first byte.
  ///   - pointer: where the offset of the first directory is written; nil for nowhere.
  ///   - chain: the directories, each of which leads to the next one.
  package static func bytes(
    start: [UInt8], pointer: Int? = 4, isBigEndian: Bool = false, _ chain: [Directory]
  ) -> [UInt8] {
    var tree = TIFFTree(isBigEndian: isBigEndian, bytes: start)
    var last = pointer
    for directory in chain {
      let (position, next) = tree.write(directory)
      if let last { tree.put(tree.number(position, 4), at: last) }
      last = next
    }
    for blob in tree.blobs {
      tree.put(tree.number(tree.bytes.count, 4), at: blob.position)
      tree.bytes += blob.bytes
      if tree.bytes.count % 2 == 1 { tree.bytes.append(0) }
    }
    return tree.bytes
  }

  private init(isBigEndian: Bool, bytes: [UInt8]) {
    self.isBigEndian = isBigEndian
    self.bytes = bytes
  }

  private func number(_ value: Int, _ byteCount: Int) -> [UInt8] {
    let bytes = (0..<byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return isBigEndian ? bytes.reversed() : bytes
  }

  private mutating func put(_ new: [UInt8], at position: Int) {
    bytes.replaceSubrange(position..<position + new.count, with: new)
  }

  /// Returns the position of the directory, and that of the offset of the next one.
  private mutating func write(_ directory: Directory) -> (position: Int, next: Int) {
    let position = bytes.count
    let entries = directory.sorted { $0.tag < $1.tag }
    bytes += number(entries.count, 2) + [UInt8](repeating: 0, count: 12 * entries.count + 4)
    for (index, entry) in entries.enumerated() {
      let start = position + 2 + 12 * index
      let (type, count, values) = values(entry.value, at: start + 8)
      put(number(entry.tag, 2) + number(type, 2) + number(count, 4), at: start)
      if values.count <= 4 {
        put(values, at: start + 8)
      } else {
        put(number(bytes.count, 4), at: start + 8)
        bytes += values
        if bytes.count % 2 == 1 { bytes.append(0) }
      }
    }
    return (position, position + 2 + 12 * entries.count)
  }

  /// The type of a value, the number of its values, and their bytes.
  private mutating func values(_ value: Value, at position: Int) -> (type: Int, count: Int, bytes: [UInt8]) {
    switch value {
    case .short(let values): return (3, values.count, values.flatMap { number($0, 2) })
    case .long(let values): return (4, values.count, values.flatMap { number($0, 4) })
    case .text(let text): return (2, text.utf8.count + 1, Array(text.utf8) + [0])
    case .undefined(let bytes): return (7, bytes.count, bytes)
    case .directories(let directories):
      let positions = directories.map { write($0).position }
      return (4, positions.count, positions.flatMap { number($0, 4) })
    case .blob(let bytes):
      blobs.append((position, bytes))
      return (4, 1, [])
    }
  }
}
