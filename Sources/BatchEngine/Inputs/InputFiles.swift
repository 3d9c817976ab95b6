internal import ImageCore
internal import ImageErrors
internal import SystemPackage
internal import SystemSupport

/// The inputs of a run, packed: 32 bytes per input plus its name. Consecutive inputs in the same folder share the folder's path.
/// Elements are assembled on access.
///
/// Stored in blocks, so that growing copies little and offsets are small.
package struct InputFiles: RandomAccessCollection, Sendable {
  private var blocks: [Block] = []

  package init() {}

  package var startIndex: Int { 0 }
  package var endIndex: Int {
    blocks.last.map { (blocks.count - 1) * Block.capacity + $0.count } ?? 0
  }

  package subscript(index: Int) -> InputFile { self[blockOf: index][index % Block.capacity] }

  /// Avoids assembling the input, because sorting calls this many times.
  func byteCount(at index: Int) -> Int { self[blockOf: index].byteCount(at: index % Block.capacity) }

  func identity(at index: Int) -> FileIdentity? { self[blockOf: index].identity(at: index % Block.capacity) }

  func contents(at index: Int) -> ImageFormat? { self[blockOf: index].contents(at: index % Block.capacity) }

  func isRefused(at index: Int) -> Bool { self[blockOf: index].isRefused(at: index % Block.capacity) }

  private subscript(blockOf index: Int) -> Block {
    _read { yield blocks[index / Block.capacity] }
  }

  /// The bytes of an input's relative path in two parts: the part inside its folder's path, then its name.
  func relativeBytes(at index: Int) -> (folder: ArraySlice<UInt8>, name: ArraySlice<UInt8>) {
    self[blockOf: index].relativeBytes(at: index % Block.capacity)
  }

  mutating func append(_ input: InputFile) {
    let path = input.source.bytes
    let nameStart = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    append(
      input.facts, folder: path[..<nameStart], relativeStart: input.relativeStart, name: path[nameStart...])
  }

  /// Like `append(_:)`, without assembling a path. `folder` ends in a separator.
  mutating func append(
    _ facts: InputMetadata, folder: ArraySlice<UInt8>, relativeStart: Int, name: ArraySlice<UInt8>
  ) {
    if blocks.last?.isFull ?? true {
      if let last = blocks.indices.last { blocks[last].close() }
      blocks.append(Block())
    }
    blocks[blocks.count - 1].append(facts, folder: folder, relativeStart: relativeStart, name: name)
  }
}

/// The properties of an input except its name.
struct InputMetadata: Sendable {
  let byteCount: Int
  let identity: FileIdentity?
  let contents: ImageFormat?
  let refusal: JobError?
}

extension InputMetadata {
  init(_ status: FileStatus?, contents: ImageFormat?, refusal: JobError?) {
    self.init(
      byteCount: status?.byteCount ?? 0, identity: status?.identity, contents: contents, refusal: refusal)
  }
}

/// Up to 4096 inputs.
private struct Block: Sendable {
  static let capacity = 4096

  private struct Record {
    let byteCount: Int
    let inode: UInt64
    /// Offset of the name in `text`, relative to the start of its folder.
    let name: UInt32
    let nameLength: UInt32
    let folder: UInt16
    /// Indices into the lists below, plus one; 0 for none.
    let device: UInt16
    let refusal: UInt16
    let contents: UInt8
  }

  /// The folder part of names: the path including its last separator, and the offset of the relative path in it.
  private struct Folder {
    let start: Int
    let length: Int
    let relativeStart: Int
  }

  private var records: [Record] = []
  private var text: [UInt8] = []
  private var folders: [Folder] = []
  private var devices: [UInt64] = []
  private var refusals: [JobError] = []

  init() { records.reserveCapacity(Block.capacity) }

  var count: Int { records.count }
  var isFull: Bool { records.count == Block.capacity }

  /// Frees the capacity reserved for growth.
  mutating func close() { text = text.map { $0 } }

  subscript(position: Int) -> InputFile {
    let record = records[position]
    let folder = folders[Int(record.folder)]
    let name = folder.start + Int(record.name)
    let path = text[folder.start..<folder.start + folder.length] + text[name..<name + Int(record.nameLength)]
    return InputFile(
      source: FilePath(bytes: path), relativeStart: folder.relativeStart, byteCount: record.byteCount,
      identity: identity(at: position),
      contents: contents(at: position),
      refusal: record.refusal == 0 ? nil : refusals[Int(record.refusal) - 1])
  }

  func byteCount(at position: Int) -> Int { records[position].byteCount }

  func contents(at position: Int) -> ImageFormat? {
    let number = Int(records[position].contents)
    return number == 0 ? nil : ImageFormat.allCases[number - 1]
  }

  func isRefused(at position: Int) -> Bool { records[position].refusal != 0 }

  func identity(at position: Int) -> FileIdentity? {
    let record = records[position]
    return record.device == 0 ? nil : FileIdentity(device: devices[Int(record.device) - 1], inode: record.inode)
  }

  func relativeBytes(at position: Int) -> (folder: ArraySlice<UInt8>, name: ArraySlice<UInt8>) {
    let record = records[position]
    let folder = folders[Int(record.folder)]
    let name = folder.start + Int(record.name)
    let end = name + Int(record.nameLength)
    // The relative path may start inside the name, as the mirrored part of a list entry.
    let beyond = max(0, folder.relativeStart - folder.length)
    return (
      text[min(folder.start + folder.relativeStart, folder.start + folder.length)..<folder.start + folder.length],
      text[min(name + beyond, end)..<end]
    )
  }

  mutating func append(
    _ facts: InputMetadata, folder path: ArraySlice<UInt8>, relativeStart: Int, name bytes: ArraySlice<UInt8>
  ) {
    let folder = placeOfFolder(path, relativeStart)
    let name = text.count - folders[folder].start
    text += bytes
    records.append(
      Record(
        byteCount: facts.byteCount, inode: facts.identity?.inode ?? 0, name: UInt32(name),
        nameLength: UInt32(bytes.count), folder: UInt16(folder), device: placeOfDevice(facts.identity),
        refusal: placeOfRefusal(facts.refusal),
        contents: facts.contents.flatMap { ImageFormat.allCases.firstIndex(of: $0) }.map { UInt8($0 + 1) } ?? 0))
  }

  private mutating func placeOfFolder(_ path: ArraySlice<UInt8>, _ relativeStart: Int) -> Int {
    if let last = folders.last, last.relativeStart == relativeStart, last.length == path.count,
      text[last.start..<last.start + last.length].elementsEqual(path)
    {
      return folders.count - 1
    }
    folders.append(Folder(start: text.count, length: path.count, relativeStart: relativeStart))
    text += path
    return folders.count - 1
  }

  private mutating func placeOfDevice(_ identity: FileIdentity?) -> UInt16 {
    guard let identity else { return 0 }
    if let position = devices.lastIndex(of: identity.device) { return UInt16(position + 1) }
    devices.append(identity.device)
    return UInt16(devices.count)
  }

  private mutating func placeOfRefusal(_ refusal: JobError?) -> UInt16 {
    guard let refusal else { return 0 }
    if refusals.last != refusal { refusals.append(refusal) }
    return UInt16(refusals.count)
  }
}
