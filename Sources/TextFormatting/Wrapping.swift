/// The lines of a paragraph. They break at spaces only, and not between a number and its "%".
package func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for word in text.replacing(" %", with: "\u{A0}%").split(separator: " ") {
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines.map { $0.replacing("\u{A0}", with: " ") }
}

/// A paragraph with a line feed at its end.
/// - Parameter bullet: the start of the first line; the others are indented to its width.
package func paragraph(_ text: String, width: Int, bullet: String = "") -> String {
  let margin = String(repeating: " ", count: bullet.count)
  return bullet + wrapped(text, width: width - bullet.count).joined(separator: "\n" + margin) + "\n"
}
