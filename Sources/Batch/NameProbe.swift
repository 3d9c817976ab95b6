internal import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// Finds out whether a file system takes two names for one, by making files of these names where the outputs will be, in a
/// hidden folder that is gone afterwards. Nothing else tells: the rule may differ from folder to folder (ext4 +F), and who
/// looks names up may be given two inode numbers for one file (FUSE).
final class NameProbe {
  /// By the folder that is asked about.
  private var trials: [FilePath: Trial] = [:]

  private enum Trial {
    /// Names are compared byte by byte, or nothing can be made there.
    case exact
    /// With the hidden folder.
    case folding(FilePath)
  }

  init() {}

  deinit {
    for case .folding(let folder) in trials.values { ScratchFolder.remove(folder) }
  }

  /// Whether two paths below a folder, of other bytes, would be one file. The folders need not be there.
  func areOne(_ one: [UInt8], _ other: [UInt8], below root: FilePath) -> Bool {
    let slash = UInt8(ascii: "/")
    let (these, those) = (one.split(separator: slash), other.split(separator: slash))
    guard these.count == those.count else { return false }
    var folder = root
    for (this, that) in zip(these, those) {
      if this != that, !areOneName(Array(this), Array(that), in: folder) { return false }
      folder = folder.pushing(FilePath(bytes: this))
    }
    return true
  }

  private func areOneName(_ one: [UInt8], _ other: [UInt8], in folder: FilePath) -> Bool {
    // A folder that is made takes over the rule of the one it is made in.
    var there = folder
    while !there.isEmpty, (try? FileStatus(of: there))?.kind != .folder { there = there.removingLastComponent() }
    if trials[there] == nil { trials[there] = NameProbe.trial(in: there) }
    guard case .folding(let trial)? = trials[there] else { return false }
    return NameProbe.collide(one, other, in: trial)
  }

  /// Spellings of one name, of each kind that `FoldedName` knows.
  private static let samples: [(String, String)] = [
    ("case", "CASE"), ("\u{E9}", "\u{C9}"), ("\u{E9}x", "e\u{301}x"), ("\u{DF}", "ss"), ("\u{17F}t", "st"),
    ("soft\u{AD}hyphen", "softhyphen"), ("dot.", "dot"), ("space ", "space"),
  ]

  private static func trial(in folder: FilePath) -> Trial {
    var template = folder.appending(".imgbatch-names-XXXXXX").bytes.map(CChar.init(bitPattern:)) + [0]
    let isMade = unsafe template.withUnsafeMutableBufferPointer { text in
      // SAFETY: zero-terminated, and written within its length.
      guard let base = text.baseAddress else { return false }
      return unsafe mkdtemp(base) != nil
    }
    guard isMade else { return .exact }
    let trial = FilePath(bytes: template.dropLast().map(UInt8.init(bitPattern:)))
    for (one, other) in samples where collide(Array(one.utf8), Array(other.utf8), in: trial) { return .folding(trial) }
    ScratchFolder.remove(trial)
    return .exact
  }

  private static func collide(_ one: [UInt8], _ other: [UInt8], in folder: FilePath) -> Bool {
    let paths = [one, other].map { folder.pushing(FilePath(bytes: $0)) }
    defer { for path in paths { OutputFile.discard(path) } }
    do throws(Errno) {
      for path in paths { _ = try Descriptor(opening: path, .created) }
    } catch {
      return error == .fileExists
    }
    return false
  }
}
