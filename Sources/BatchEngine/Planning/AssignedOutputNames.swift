internal import SystemPackage
internal import SystemSupport

/// The assigned output names and their sources. Exact: where different spellings may be the same name, the file system decides.
///
/// Stores the bytes of each name below the folder, a few bytes of its source, and at most 22 bytes of index.
struct AssignedOutputNames {
  /// The names, in blocks so that growing copies little. An entry contains the length and bytes of the name, the length of the
  /// suffix that it shares with its source, and the index in `starts` of the rest of the source.
  private var blocks: [[UInt8]] = [[]]
  private var starts: [[UInt8]] = []
  /// Hash table with open addressing and linear probing. 0 is an empty slot. Otherwise a slot contains the position of an entry
  /// plus 1, and 24 bits of its hash above that, so that other entries are hardly ever compared.
  private var slots = [UInt64](repeating: 0, count: 64)
  private var count = 0
  private let folder: FilePath
  private let probe = NameProbe()

  private static let blockByteCount = 1 << 20
  private static let placeBits = 40

  /// - Parameter folder: the folder that contains all outputs.
  init(below folder: FilePath) { self.folder = folder }

  /// Assigns a name. Returns nil, or the source that already has the name.
  mutating func take(_ output: FilePath, for source: FilePath) -> FilePath? {
    let name = Array(output.bytes.dropFirst(folder.length).drop { $0 == UInt8(ascii: "/") })
    let hash = UInt64(bitPattern: Int64(FoldedName.hash(name)))
    var slot = home(hash)
    while slots[slot] != 0 {
      if slots[slot] >> AssignedOutputNames.placeBits == hash >> AssignedOutputNames.placeBits {
        let entry = entry(at: place(slots[slot]))
        if isOne(entry.name, name) { return FilePath(bytes: starts[entry.start] + entry.name.suffix(entry.common)) }
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] =
      ((hash >> AssignedOutputNames.placeBits) << AssignedOutputNames.placeBits) | UInt64(add(name, source) + 1)
    count += 1
    if 4 * count > 3 * slots.count { grow() }
    return nil
  }

  /// Memory of the names so far.
  var byteCount: Int {
    blocks.reduce(0) { $0 + $1.capacity } + 8 * slots.capacity + starts.reduce(0) { $0 + $1.capacity + 40 }
  }

  private func isOne(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    if one == other { return true }
    // Equal hashes of unequal forms are extremely rare. The comparison detects them.
    return FoldedName.form(one) == FoldedName.form(other) && probe.areOne(one, other, below: folder)
  }

  private func home(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (slots.count - 1) }

  private func place(_ slot: UInt64) -> Int { Int(slot & (1 << AssignedOutputNames.placeBits - 1)) - 1 }

  private mutating func grow() {
    let old = slots
    slots = [UInt64](repeating: 0, count: 2 * old.count)
    for value in old where value != 0 {
      var slot = home(UInt64(bitPattern: Int64(FoldedName.hash(entry(at: place(value)).name))))
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = value
    }
  }

  private mutating func add(_ name: [UInt8], _ source: FilePath) -> Int {
    let source = source.bytes
    let common = zip(name.reversed(), source.reversed()).prefix { $0 == $1 }.count
    let start = source.dropLast(common)
    // Consecutive list entries nearly always have the same start.
    if starts.last.map({ !$0.elementsEqual(start) }) ?? true { starts.append(Array(start)) }
    var entry: [UInt8] = []
    AssignedOutputNames.append(name.count, to: &entry)
    entry += name
    AssignedOutputNames.append(common, to: &entry)
    AssignedOutputNames.append(starts.count - 1, to: &entry)
    if blocks[blocks.count - 1].count + entry.count > AssignedOutputNames.blockByteCount {
      blocks.append([])
      blocks[blocks.count - 1].reserveCapacity(AssignedOutputNames.blockByteCount)
    }
    let index = (blocks.count - 1) * AssignedOutputNames.blockByteCount + blocks[blocks.count - 1].count
    blocks[blocks.count - 1] += entry
    return index
  }

  private func entry(at index: Int) -> (name: [UInt8], common: Int, start: Int) {
    var rest = blocks[index / AssignedOutputNames.blockByteCount][(index % AssignedOutputNames.blockByteCount)...]
    let length = AssignedOutputNames.number(&rest)
    let name = Array(rest.prefix(length))
    rest = rest.dropFirst(length)
    let common = AssignedOutputNames.number(&rest)
    return (name, common, AssignedOutputNames.number(&rest))
  }

  /// Seven bits per byte, lowest first. The highest bit means that another byte follows (LEB128).
  private static func append(_ number: Int, to bytes: inout [UInt8]) {
    var rest = number
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func number(_ bytes: inout ArraySlice<UInt8>) -> Int {
    var (number, shift) = (0, 0)
    while let byte = bytes.popFirst() {
      number |= Int(byte & 0x7F) << shift
      shift += 7
      if byte & 0x80 == 0 { break }
    }
    return number
  }
}
