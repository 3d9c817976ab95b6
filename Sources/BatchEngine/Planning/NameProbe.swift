internal import Glibc
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// Determines whether a file system treats two names as the same, by creating files with these names in a temporary hidden folder
/// at the place of the outputs. There is no other way: the rule may differ from folder to folder (ext4 +F), and a lookup may
/// return two inode numbers for one file (FUSE).
final class NameProbe {
  /// Whether a folder treats any two spellings as the same name; false if no file can be created in it.
  private var isFolding: [FilePath: Bool] = [:]

  init() {}

  /// Whether two different paths below a folder would be the same file. The subfolders need not exist.
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
    // A new folder inherits the rule of its parent.
    var there = folder
    // Outputs never go through a link below the root.
    while !there.isEmpty, (try? FileStatus(of: there, links: there == root ? .follow : .stay))?.kind != .folder {
      there = there.removingLastComponent()
    }
    if isFolding[there] == nil { isFolding[there] = NameProbe.doSomeCollide(NameProbe.samples, in: there) }
    return isFolding[there] == true && NameProbe.doSomeCollide([(one, other)], in: there)
  }

  /// Spellings of one name, one pair for each kind that `FoldedName` knows.
  private static let samples: [([UInt8], [UInt8])] = [
    ("case", "CASE"), ("\u{E9}", "\u{C9}"), ("\u{E9}x", "e\u{301}x"), ("\u{DF}", "ss"), ("\u{17F}t", "st"),
    ("soft\u{AD}hyphen", "softhyphen"), ("dot.", "dot"), ("space ", "space"),
  ].map { (Array($0.utf8), Array($1.utf8)) }

  /// Whether the names of any pair are the same name, tested in a new hidden folder.
  private static func doSomeCollide(_ pairs: [([UInt8], [UInt8])], in folder: FilePath) -> Bool {
    guard let trial = try? ScratchFolder(in: folder, prefix: ".imgbatch-names-") else { return false }
    return pairs.contains { collide($0, $1, in: trial.path) }
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
