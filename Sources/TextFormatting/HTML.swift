package import SystemPackage
internal import SystemSupport

/// Markup that is whole: every element is closed, every text escaped.
///
/// Names of elements and attributes are literals of the program, so nothing that comes from a file can become markup; what
/// comes from files comes in by `text` and as values of attributes, which escape it.
package struct HTML: Sendable {
  package private(set) var markup: String

  private init(markup: String) { self.markup = markup }

  package static let nothing = HTML(markup: "")

  /// Text that is read: hidden characters are shown as on a terminal.
  package static func text(_ text: String) -> HTML {
    var shown = ""
    for scalar in text.unicodeScalars {
      if scalar.isHidden, let escape = escape(of: scalar) {
        shown += escape
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
    return HTML(markup: escaped(shown))
  }

  /// The value of an attribute, without its quotes. All but control characters stay as they are.
  package static func attribute(_ value: String) -> String { escaped(value) }

  /// An element with what is inside it.
  package static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ children: [HTML] = []
  ) -> HTML {
    var markup = "<\(name)" + written(attributes) + ">"
    for child in children { markup += child.markup }
    return HTML(markup: markup + "</\(name)>")
  }

  package static func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ text: String
  ) -> HTML {
    element(name, attributes, [.text(text)])
  }

  /// An element that has no inside, as img.
  package static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]) -> HTML {
    HTML(markup: "<\(name)" + written(attributes) + ">")
  }

  package static func joined(_ parts: [HTML], by separator: StaticString = "\n") -> HTML {
    HTML(markup: parts.map(\.markup).joined(separator: "\(separator)"))
  }

  /// A whole page.
  /// - Parameter style: CSS, a literal of the program.
  package static func page(title: String, style: StaticString, _ body: [HTML]) -> HTML {
    let head: [HTML] = [
      .void("meta", ["charset": "utf-8"]),
      .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .void("meta", ["name": "color-scheme", "content": "light dark"]),
      // Nothing is loaded and nothing runs, whatever might have slipped in.
      .void(
        "meta",
        [
          "http-equiv": "Content-Security-Policy",
          "content": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data: file:",
        ]),
      .element("title", [:], title),
      HTML(markup: "<style>\(style)</style>"),
    ]
    return HTML(
      markup: "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n" + joined(head).markup + "\n</head>\n<body>\n"
        + joined(body).markup + "\n</body>\n</html>\n")
  }

  private static func written(_ attributes: KeyValuePairs<StaticString, String>) -> String {
    attributes.map { " \($0.key)=\"\(attribute($0.value))\"" }.joined()
  }

  /// What HTML takes as markup, and what it may not have at all: control characters.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n": result += "\n"
      case _ where scalar.isControl: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// The bytes of a path as an address has them: relative to the page, and never taken for a scheme, a query or a mark.
package func address(ofRelative path: FilePath) -> String {
  var text = ""
  for byte in path.bytes {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: "/"):
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default: text += "%" + hexadecimal(byte).uppercased()
    }
  }
  return text
}
