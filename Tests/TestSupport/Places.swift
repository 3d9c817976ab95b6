package import Foundation

/// The locations of test data, relative to this source file.
package enum Places {
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  package static let samples = root.appending(path: "samples")

  /// A folder of the corpus next to the checkout; nil where it is missing. Tests that need it are then skipped and report this.
  package static func corpus(_ name: String) -> URL? {
    let folder = root.deletingLastPathComponent().appending(path: "shared/corpus/\(name)")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }

  package static func sample(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: samples.appending(path: name)))
  }
}
