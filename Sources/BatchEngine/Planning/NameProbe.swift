internal import Glibc
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Finds out whether a file system takes two names for one, by making files of these names where the outputs will be, in a
/// hidden folder that is gone afterwards. Nothing else tells: the rule may differ from folder to folder (ext4 +F), and who
/// looks names up may be given two inode numbers for one file (FUSE).
final class NameProbe {
  /// Whether a folder takes any two spellings for one name; false where nothing can be made in it.
  private var isFolding: [FilePath: Bool] = [:]

  init() {}

  /// Whether two paths below a folder, of other bytes, would be one file. The folders need not be there.
  func areOne(_ one: [UInt8], _ other: [UInt8], below root: FilePath) -> Bool {
    let slash = UInt8(ascii: "/")
    let (these, those) = (one.split(separator: slash), other.split(separator: slash))
    guard these.count == those.count else { return false }
    var folder = root
    for (this, that) in zip(these, those) {
      if this != that, !areOneName(Array(this), Array(that), in: folder, below: root) { return false }
      folder = folder.pushing(FilePath(bytes: this))
    }
    return true
  }

  private func areOneName(
    _ one: [UInt8], _ other: [UInt8], in folder: FilePath, below root: FilePath
  ) -> Bool {
    // A folder that is made takes over the rule of the one it is made in.
    var there = folder
    // No link beneath the root is one that outputs go by.
    while !there.isEmpty, (try? FileStatus(of: there, links: there == root ? .follow : .stay))?.kind != .folder {
      there = there.removingLastComponent()
    }
    if isFolding[there] == nil { isFolding[there] = NameProbe.doSomeCollide(NameProbe.samples, in: there) }
    return isFolding[there] == true && NameProbe.doSomeCollide([(one, other)], in: there)
  }

  /// Spellings of one name, of each kind that `FoldedName` knows.
  private static let samples: [([UInt8], [UInt8])] = [
    ("case", "CASE"), ("\u{E9}", "\u{C9}"), ("\u{E9}x", "e\u{301}x"), ("\u{DF}", "ss"), ("\u{17F}t", "st"),
    ("soft\u{AD}hyphen", "softhyphen"), ("dot.", "dot"), ("space ", "space"),
  ].map { (Array($0.utf8), Array($1.utf8)) }

  /// Whether the names of one of the pairs are one name in a hidden folder, which is made for that.
  private static func doSomeCollide(_ pairs: [([UInt8], [UInt8])], in folder: FilePath) -> Bool {
    var template = folder.appending(".imgbatch-names-XXXXXX").bytes.map(CChar.init(bitPattern:)) + [0]
    let isMade = unsafe template.withUnsafeMutableBufferPointer { text in
      // SAFETY: zero-terminated, and written within its length.
      guard let base = text.baseAddress else { return false }
      return unsafe mkdtemp(base) != nil
    }
    guard isMade else { return false }
    let trial = FilePath(bytes: template.dropLast().map(UInt8.init(bitPattern:)))
    // Not kept for the next question: a run that is killed is to leave nothing.
    defer { ScratchFolder.remove(trial) }
    return pairs.contains { collide($0, $1, in: trial) }
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
