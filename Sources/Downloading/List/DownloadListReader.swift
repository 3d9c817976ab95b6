internal import Glibc
package import SystemPackage
package import SystemSupport

/// Reads the available part of a list without blocking: a pipe may be slow, and downloads continue meanwhile.
package struct DownloadListReader: ~Copyable {
  /// Longer than the rows of real tables. A longer line is an entry that fails.
  private static let maxLineBytes = 1 << 20

  private let descriptor: Descriptor
  private var list = DownloadList()
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)
  private var chunk: ArraySlice<UInt8> = []
  private var line: [UInt8] = []
  private var isTooLong = false
  private var quotes = QuotedRow()
  package private(set) var isAtEnd = false

  package init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// The descriptor to poll for more input.
  package var number: CInt { descriptor.number }

  /// The next entry; nil where none is available yet, and at the end.
  package mutating func next() throws(Errno) -> ListedAddress? {
    while true {
      if let end = chunk.firstIndex(of: UInt8(ascii: "\n")) {
        take(chunk[..<end])
        // Inside an open quoted field, the line end is part of the field.
        if quotes.isOpen { take(chunk[end...end]) }
        chunk = chunk[(end + 1)...]
        if !quotes.isOpen || isTooLong, let entry = entry() { return entry }
        continue
      }
      take(chunk)
      chunk = []
      if quotes.isOpen && isTooLong {
        if let entry = entry() { return entry }
        continue
      }
      if isAtEnd && line.isEmpty { return nil }
      if isAtEnd {
        if let entry = entry() { return entry }
        continue
      }
      guard try fill() else { return nil }
    }
  }

  /// Returns when input is available, after a signal, or after 100 ms.
  package func waitForMore() {
    _ = try? Polling.isReadable(descriptor.number, milliseconds: 100)
  }

  private mutating func take(_ piece: ArraySlice<UInt8>) {
    let fits = line.count + piece.count <= DownloadListReader.maxLineBytes
    if quotes.isOpen && line.contains(UInt8(ascii: "\n")) {
      // These bytes may turn out to be rows, so none are dropped.
      line += piece
    } else {
      line += piece.prefix(max(0, DownloadListReader.maxLineBytes - line.count))
      if !fits { quotes = QuotedRow() }
    }
    isTooLong = isTooLong || !fits
    if isTooLong && !quotes.isOpen { return }
    if let separator = list.quotedFieldSeparator(line.prefix(64)) { quotes.add(piece, separator: separator) }
  }

  private mutating func entry() -> ListedAddress? {
    defer {
      line.removeAll(keepingCapacity: true)
      (isTooLong, quotes) = (false, QuotedRow())
    }
    if isTooLong && !quotes.isOpen {
      return list.entry(line.prefix(1000), problem: "the line is longer than \(DownloadListReader.maxLineBytes) bytes")
    }
    guard quotes.isOpen, let end = line.firstIndex(of: UInt8(ascii: "\n")) else { return list.entry(line[...]) }
    // An unbalanced quote: its line is malformed, but the lines after it may be valid rows.
    chunk = line[(end + 1)...] + chunk
    return list.isBegun
      ? list.entry(line[..<end], problem: "a field's quote has no end") : list.entry(line[..<end])
  }

  /// False where nothing can be read now.
  private mutating func fill() throws(Errno) -> Bool {
    guard try Polling.isReadable(descriptor.number, milliseconds: 0) else { return false }
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
