internal import Glibc
internal import ImageErrors
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Reads names from a file or pipe and returns each as soon as it is complete. The last name needs no separator. Empty names are
/// skipped. A carriage return is part of the name: Unix names may end in one.
struct ListReader: ~Copyable {
  /// Longer than any valid path. Longer entries are truncated and then fail as too long.
  private static let maxBytes = 1 << 16

  private let descriptor: Descriptor
  private let separator: UInt8
  private let stop: CancellationFlag?
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var position = 0
  private var end = 0
  private var isAtEnd = false

  /// `stop` ends the list early, even while the pipe is empty.
  init(_ descriptor: consuming Descriptor, separator: Delimiter, stop: CancellationFlag? = nil) {
    self.descriptor = descriptor
    self.separator = separator.byte
    self.stop = stop
  }

  /// The next entry that is not empty, or nil at the end.
  mutating func next() throws(Errno) -> ListEntry? {
    var name: [UInt8] = []
    while true {
      if position == end, try !refill() { return name.isEmpty ? nil : ListEntry(name: name) }
      let rest = buffer[position..<end]
      let piece = rest.firstIndex(of: separator).map { rest[..<$0] } ?? rest
      name.append(contentsOf: piece.prefix(ListReader.maxBytes - name.count))
      position = piece.endIndex
      if position < end {
        position += 1
        if !name.isEmpty { return ListEntry(name: name) }
      }
    }
  }

  /// Returns false at the end of the list.
  private mutating func refill() throws(Errno) -> Bool {
    if isAtEnd { return false }
    while true {
      guard try waitUntilReadable() else { return false }
      do throws(Errno) {
        let count = try Descriptor.read(descriptor.number, into: &buffer, retryOnInterrupt: false)
        (position, end, isAtEnd) = (0, count, count == 0)
        return count > 0
      } catch {
        // A signal, or another program made the shared descriptor non-blocking.
        if error == .interrupted || error == .wouldBlock { continue }
        isAtEnd = true
        throw error
      }
    }
  }

  /// Returns false if `stop` was set.
  private func waitUntilReadable() throws(Errno) -> Bool {
    while true {
      if let stop, stop.isCancelled { return false }
      // Short enough to react to an interrupt at once, long enough to cost nothing.
      if try Polling.isReadable(descriptor.number, milliseconds: stop == nil ? -1 : 100) { return true }
    }
  }
}

/// A name as it appears in a list.
struct ListEntry: Hashable {
  let name: [UInt8]

  /// The input for this entry. Folders are refused: a list names files, and the program that wrote it has usually walked the
  /// folders.
  func input() -> InputFile {
    let path = FilePath(bytes: name)
    let start = ListEntry.mirroredStart(path)
    if name.contains(0) {
      return InputFile(source: path, relativeStart: start, status: nil, refusal: .zeroByteInName)
    }
    return InputFile.named(path, relativeStart: start, folders: .notRegular(.folder))
      ?? InputFile(source: path, relativeStart: start, status: nil, refusal: .notRegular(.folder))
  }

  /// Offset of the part of a listed path that is mirrored below the output folder. Everything that would lead out of that folder
  /// is dropped: a leading slash, and everything up to the last `..`. Everything up to the last `.` is dropped too, so that
  /// `dogs/./sub/a.jpg` becomes `sub/a.jpg`, as in rsync --relative. Nil if nothing remains.
  static func mirroredStart(_ path: FilePath) -> Int? {
    let bytes = path.bytes
    var start = 0
    var component = 0
    while component < bytes.count {
      let end = bytes[component...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.count
      let isDots = end - component <= 2 && bytes[component..<end].allSatisfy { $0 == UInt8(ascii: ".") }
      if isDots { start = end + 1 }
      component = end + 1
    }
    return start < bytes.count ? start : nil
  }
}

extension Job {
  /// The list entry for this job's source that results in the same output.
  package var listEntry: [UInt8] {
    guard let relativeStart, relativeStart != ListEntry.mirroredStart(source) else { return source.bytes }
    let bytes = source.bytes
    return bytes[..<relativeStart] + Array("./".utf8) + bytes[relativeStart...]
  }
}

extension JobError {
  fileprivate static let zeroByteInName = JobError(
    stage: .read, code: .read,
    message: "the line has a zero byte, which no name has", hint: .separateByZeroBytes)
}
