internal import Glibc
package import SystemPackage
package import SystemSupport

/// The file that marks a folder of outputs (`.imgbatch-output`). Such folders are not entered when a folder above them is an input:
/// otherwise each run would make thumbnails of the thumbnails of the last one.
///
/// It is only written into folders that were new or empty, so that a folder of sources that also receives outputs stays an input.
package enum OutputMarker {
  package static let name = ".imgbatch-output"

  private static let text = """
    imgbatch wrote the images in this folder. It does not search this folder for inputs, unless the folder is named on the command \
    line. Remove this file to change that.

    """

  /// Whether the folder may get a marker: it does not exist, or it is empty.
  package static func suits(_ folder: FilePath) -> Bool {
    do throws(Errno) { return try OpenFolder.open(folder.bytes, links: .follow).isEmpty() } catch {
      return error == .noSuchFileOrDirectory
    }
  }

  /// Marks an existing folder. A folder without a marker is only searched once too often, so errors are ignored.
  package static func write(in folder: FilePath) {
    guard let file = try? Descriptor(opening: folder.appending(name), .created) else { return }
    try? file.write(Array(text.utf8))
  }

  package static func marks(_ folder: borrowing OpenFolder) -> Bool {
    (try? FileStatus(of: FilePath(name), in: folder.number)) != nil
  }
}
