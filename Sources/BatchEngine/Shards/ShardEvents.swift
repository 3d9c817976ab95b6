package import RunState
internal import Synchronization
package import SystemPackage
package import SystemSupport

/// The events of a shard's last run, a file in the output folder (`.imgbatch-events.3-of-8`) that `merge` reads.
///
/// Each run starts the file anew. Only the file of a completed run ends with the final event.
package final class ShardEvents: Sendable {
  private struct State: ~Copyable {
    let file: Descriptor
    var waiting: [UInt8] = []
    var failure: Errno?

    mutating func flush() {
      do throws(Errno) { try file.write(waiting) } catch { failure = failure ?? error }
      waiting.removeAll(keepingCapacity: true)
    }
  }

  private let state: Mutex<State>
  private static let name = ".imgbatch-events"

  package init(in folder: FilePath, of shard: Shard) throws(OwnFileError) {
    state = Mutex(State(file: try Descriptor(openingOwn: ShardEvents.path(in: folder, of: shard), for: .replaced)))
  }

  /// - Parameter lines: complete lines with their newlines.
  package func add(_ lines: String) {
    state.withLock { state in
      state.waiting += lines.utf8
      if state.waiting.count > 1 << 16 { state.flush() }
    }
  }

  /// Writes the buffered lines. Returns the first write error, if any.
  package func close() -> Errno? {
    state.withLock { state in
      state.flush()
      return state.failure
    }
  }

  static func name(of shard: Shard) -> String { name + shard.suffix }

  package static func path(in folder: FilePath, of shard: Shard) -> FilePath { folder.appending(name(of: shard)) }

  /// The shards that have such a file in a folder, sorted.
  package static func shards(in folder: FilePath) throws(Errno) -> [Shard] {
    let opened = try OpenFolder.open(folder.bytes, links: .follow)
    var shards: [Shard] = []
    let listing = FolderListing(of: opened, .hidden)
    if let failure = listing.failure { throw failure }
    for entry in listing.entries {
      let text = String(decoding: listing.name(of: entry), as: UTF8.self)
      guard text.hasPrefix(name + ".") else { continue }
      let parts = text.dropFirst(name.count + 1).split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[1] == "of", let index = Int(parts[0]), let count = Int(parts[2]),
        let shard = Shard(index: index, count: count)
      else { continue }
      shards.append(shard)
    }
    return shards.sorted { ($0.count, $0.index) < ($1.count, $1.index) }
  }

  /// Calls `body` with every complete line of a shard's events, without its newline.
  package static func forEachLine(in folder: FilePath, of shard: Shard, _ body: (String) -> Void) throws(Errno) {
    let file = try Descriptor(opening: path(in: folder, of: shard), .sniffed)
    try file.forEachWholeLine { body(String(decoding: $0, as: UTF8.self)) }
  }
}
