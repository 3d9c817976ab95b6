package import Foundation

/// Where test data lie, found from this file's place in the checkout.
package enum Places {
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  package static let samples = root.appending(path: "samples")

  /// A folder of the corpus beside the checkout, nil where it is not there. Tests that need it skip, saying so.
  package static func corpus(_ name: String) -> URL? {
    let folder = root.deletingLastPathComponent().appending(path: "shared/corpus/\(name)")
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }

  package static func sample(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: samples.appending(path: name)))
  }
}
