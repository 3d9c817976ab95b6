internal import Synchronization
package import SystemPackage
internal import SystemSupport

/// The account of what was written and what failed, kept in the output folder (`.imgbatch-journal`) over all runs.
///
/// Append-only, one line for each output, handed to the system at once: what a killed process had done is there, and a torn
/// last line is passed over. The last line about an output counts. A line costs one system call. `JournalHeader` has the
/// versions of the format, `JournalRecord` its lines.
package final class Journal: Sendable {
  private struct State: ~Copyable {
    let file: Descriptor
    /// The file ends within a line: the next one starts on a line by itself.
    var isTorn: Bool
    /// The version stands before what this run writes.
    var hasHeader = false
    var failure: Errno?
  }

  private let state: Mutex<State>

  package static let name = ".imgbatch-journal"

  /// Opens the folder's journal, or starts one.
  /// - Parameter shard: whose journal; nil for that of unsharded runs.
  package init(in folder: FilePath, of shard: Shard? = nil) throws(JournalError) {
    let path = Journal.path(in: folder, of: shard)
    var header: JournalHeader?
    let file: Descriptor
    do throws(OwnFileError) { file = try Descriptor(openingOwn: path, for: .appended) } catch {
      throw JournalError(path: path, reason: .unusable(error))
    }
    do throws(Errno) {
      header = try JournalHeader.first(of: file)
      let last = try file.lastByte()
      state = Mutex(State(file: file, isTorn: last != nil && last != UInt8(ascii: "\n")))
    } catch { throw JournalError(path: path, reason: .unusable(.system(error))) }
    try Journal.check(header, path)
  }

  /// - Parameter file: takes lines; for tests, which have files that fail.
  init(appendingTo file: consuming Descriptor) { state = Mutex(State(file: file, isTorn: false)) }

  /// Why something could not be written, if so: a later `--resume` will make those images again.
  package var failure: Errno? { state.withLock { $0.failure } }

  /// A journal that cannot be written never stops a run.
  package func append(_ entry: JournalEntry) {
    let line = entry.line
    state.withLock { state in
      do throws(Errno) {
        let start = (state.isTorn ? [UInt8(ascii: "\n")] : []) + (state.hasHeader ? [] : JournalHeader.line())
        state.isTorn = true
        try state.file.write(start + line)
        state.isTorn = false
        state.hasHeader = true
      } catch {
        state.failure = state.failure ?? error
      }
    }
  }

  /// Where a folder's journal is.
  package static func path(in folder: FilePath, of shard: Shard? = nil) -> FilePath {
    folder.appending(name + (shard?.suffix ?? ""))
  }

  /// A version that is not known here would be misread.
  static func check(_ header: JournalHeader?, _ path: FilePath) throws(JournalError) {
    if let header, header.version > JournalHeader.currentVersion {
      throw JournalError(path: path, reason: .newerVersion(header.version))
    }
  }
}
