import Foundation
import TestSupport

/// The examples of a Markdown file: its code blocks marked `sh`, each a script. Other code blocks are not run.
struct DocumentExamples {
  let scripts: [String]

  /// - Parameter path: the file, relative to the root of the checkout.
  init(_ path: String) throws {
    let text = try String(contentsOf: Places.root.appending(path: path), encoding: .utf8)
    var scripts: [String] = []
    var script: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let lines = script {
        if line == "```" {
          scripts.append(lines.joined(separator: "\n"))
          script = nil
        } else {
          script?.append(line)
        }
      } else if line == "```sh" {
        script = []
      }
    }
    self.scripts = scripts
  }

  /// The path of an article of the documentation.
  static func article(_ name: String) -> String { "Sources/imgbatch/Documentation.docc/\(name).md" }
}
