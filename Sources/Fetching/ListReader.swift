package import Batch
package import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Reads a list as far as it is there, without ever waiting for more: a pipe may be slow, and downloads go on meanwhile.
package struct ListReader: ~Copyable {
  /// Longer than any address that is taken; what a line has beyond is dropped.
  private static let mostLineBytes = 1 << 16

  private let descriptor: Descriptor
  private var list = DownloadList()
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var chunk: ArraySlice<UInt8> = []
  private var line: [UInt8] = []
  package private(set) var isAtEnd = false

  package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// What to wait for until there is more.
  package var number: CInt { descriptor.number }

  /// The next entry; nil where there is none yet, or at the end.
  package mutating func next() throws(Errno) -> ListedAddress? {
    while true {
      if let end = chunk.firstIndex(of: UInt8(ascii: "\n")) {
        take(chunk[..<end])
        chunk = chunk[(end + 1)...]
        if let entry = entry() { return entry }
        continue
      }
      take(chunk)
      chunk = []
      if isAtEnd { return line.isEmpty ? nil : entry() }
      guard try fill() else { return nil }
    }
  }

  /// Returns when there is more, or a signal came.
  package func waitForMore() {
    var question = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&question, 1, 100)
  }

  private mutating func take(_ piece: ArraySlice<UInt8>) {
    line += piece.prefix(ListReader.mostLineBytes - line.count)
  }

  private mutating func entry() -> ListedAddress? {
    defer { line.removeAll(keepingCapacity: true) }
    return list.entry(line[...])
  }

  /// False where nothing can be read now.
  private mutating func fill() throws(Errno) -> Bool {
    var question = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&question, 1, 0) > 0 else { return false }
    do throws(Errno) {
      let count = try descriptor.read(into: &buffer)
      chunk = buffer[..<count]
      isAtEnd = count == 0
      return true
    } catch {
      if error == .wouldBlock { return false }
      isAtEnd = true
      throw error
    }
  }
}
