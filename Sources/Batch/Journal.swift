internal import Synchronization
package import SystemPackage

/// The account of what was written and what failed, kept in the output folder (`.imgbatch-journal`) over all runs.
///
/// Append-only, one line a picture, handed to the system at once: what a killed process had told is there, and a torn last
/// line is passed over. The last line about a picture counts. A line costs one system call.
package final class Journal: Sendable {
  private struct State: ~Copyable {
    let file: Descriptor
    /// The file ends within a line: the next one starts on a line of its own.
    var isTorn: Bool
    var failure: Errno?
  }

  private let state: Mutex<State>

  package static let name = ".imgbatch-journal"

  /// The name of a shard's own journal.
  static func name(of shard: Shard?) -> String { name + (shard?.suffix ?? "") }

  /// Opens the folder's journal, or starts one.
  /// - Parameter shard: whose journal; nil for that of unsharded runs.
  package init(in folder: FilePath, of shard: Shard? = nil) throws(Errno) {
    let file = try Descriptor(opening: folder.appending(Journal.name(of: shard)), .appended)
    guard try FileStatus(of: file).kind == .regular else { throw .invalidArgument }
    let last = try file.lastByte()
    let isTorn = last != nil && last != UInt8(ascii: "\n")
    state = Mutex(State(file: file, isTorn: isTorn, failure: nil))
  }

  /// Why something could not be written, if so: a later `--resume` will do those pictures again.
  package var failure: Errno? { state.withLock { $0.failure } }

  /// A journal that cannot be written never stops a run.
  package func append(_ entry: JournalEntry) {
    let line = entry.line
    state.withLock { state in
      do throws(Errno) {
        let text = state.isTorn ? [UInt8(ascii: "\n")] + line : line
        state.isTorn = true
        try state.file.write(text)
        state.isTorn = false
      } catch {
        state.failure = state.failure ?? error
      }
    }
  }

  /// Calls `body` with every whole line of a folder's journal, oldest first; with nothing where there is no journal.
  package static func forEachEntry(
    in folder: FilePath, of shard: Shard? = nil, _ body: (JournalEntry) -> Void
  ) throws(Errno) {
    let file: Descriptor
    do throws(Errno) { file = try Descriptor(opening: folder.appending(name(of: shard)), .sniffed) } catch {
      if error == .noSuchFileOrDirectory { return }
      throw error
    }
    try file.forEachWholeLine { line in
      if let entry = JournalEntry(line: line) { body(entry) }
    }
  }
}
