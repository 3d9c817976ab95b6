internal import Synchronization
package import SystemPackage
internal import SystemSupport

/// The record of written and failed outputs of all runs, kept in the output folder (`.imgbatch-journal`) unless `--journal` names
/// another file. Only its owner can read it, because it contains the paths of sources.
///
/// Append-only, with one line per output, written at once; one system call writes the lines of all threads that wait for their
/// turn. So the journal of a killed process contains all finished work; readers skip a torn last line. The last line about an
/// output counts. `JournalHeader` describes the versions of the format, `JournalRecord` the lines.
package final class Journal: Sendable {
  private struct State: ~Copyable {
    let file: Descriptor
    /// The file ends within a line. The next line must start with a newline.
    var isTorn: Bool
    /// This run has written a version header before its lines.
    var hasHeader = false
    var failure: Errno?
  }

  private let state: Mutex<State>
  /// Lines that are not in the file yet.
  private let pending = Mutex<[UInt8]>([])

  package static let name = ".imgbatch-journal"

  /// Opens the folder's journal, or creates it.
  /// - Parameters:
  ///   - shard: the shard whose journal it is; nil for the journal of unsharded runs.
  ///   - other: the path of the journal, if it is not in the folder.
  package init(in folder: FilePath, of shard: Shard? = nil, at other: FilePath? = nil) throws(JournalError) {
    let path = Journal.path(in: folder, of: shard, at: other)
    var header: JournalHeader?
    let file: Descriptor
    do throws(OwnFileError) { file = try Descriptor(openingOwn: path, for: .appended) } catch {
      throw JournalError(path: path, reason: .unusable(error))
    }
    do throws(Errno) {
      header = try JournalHeader.first(of: file)
      let last = try file.lastByte()
      // Some file systems have no permissions.
      if last == nil { try? file.keepPrivate() }
      state = Mutex(State(file: file, isTorn: last != nil && last != UInt8(ascii: "\n")))
    } catch { throw JournalError(path: path, reason: .unusable(.system(error))) }
    try Journal.check(header, path)
  }

  /// - Parameter file: receives the lines. For tests with files that fail.
  init(appendingTo file: consuming Descriptor) { state = Mutex(State(file: file, isTorn: false)) }

  /// The first write error, if any. A later `--resume` redoes the images whose lines are missing.
  package var failure: Errno? { state.withLock { $0.failure } }

  /// Appends a line. A write error is stored in `failure` and never stops the run.
  package func append(_ entry: JournalEntry) {
    let line = entry.line
    pending.withLock { $0 += line }
    state.withLock { state in
      // The lines of all threads that waited for the last call. Nothing is left for those whose line has been written.
      let lines = pending.withLock { pending in
        defer { pending = [] }
        return pending
      }
      if lines.isEmpty { return }
      do throws(Errno) {
        let start = (state.isTorn ? [UInt8(ascii: "\n")] : []) + (state.hasHeader ? [] : JournalHeader.line())
        state.isTorn = true
        try state.file.write(start + lines)
        state.isTorn = false
        state.hasHeader = true
      } catch {
        state.failure = state.failure ?? error
      }
    }
  }

  /// Path of a folder's journal.
  /// - Parameter other: the path, if it is not in the folder.
  package static func path(in folder: FilePath, of shard: Shard? = nil, at other: FilePath? = nil) -> FilePath {
    other ?? folder.appending(name + (shard?.suffix ?? ""))
  }

  /// Checks a file that the user named: it may be something else, which nothing may be appended to.
  package static func checkIsJournal(_ path: FilePath) throws(JournalError) {
    guard let file = try? Descriptor(opening: path, .sniffedNotLink), let status = try? FileStatus(of: file),
      status.kind == .regular, status.byteCount > 0
    else { return }
    if (try? JournalHeader.first(of: file)) == nil { throw JournalError(path: path, reason: .notAJournal) }
  }

  /// Rejects versions that are newer than this program, which would misread them.
  static func check(_ header: JournalHeader?, _ path: FilePath) throws(JournalError) {
    if let header, header.version > JournalHeader.currentVersion {
      throw JournalError(path: path, reason: .newerVersion(header.version))
    }
  }
}
