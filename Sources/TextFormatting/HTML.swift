package import SystemPackage
internal import SystemSupport

/// Well-formed markup: every element is closed and every text escaped.
///
/// The names of elements and attributes are literals of the program. Data from files can only enter through `text` and attribute
/// values, which escape it, so it never becomes markup.
package struct HTML: Sendable {
  package private(set) var markup: String

  private init(markup: String) { self.markup = markup }

  package static let nothing = HTML(markup: "")

  /// Visible text. Hidden characters are shown as escapes, as on a terminal.
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

  /// The value of an attribute, without quotes. Hidden characters stay as they are.
  package static func attribute(_ value: String) -> String { escaped(value) }

  /// An element with children.
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

  /// An element without content, such as img.
  package static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]) -> HTML {
    HTML(markup: "<\(name)" + written(attributes) + ">")
  }

  package static func joined(_ parts: [HTML], by separator: StaticString = "\n") -> HTML {
    HTML(markup: parts.map(\.markup).joined(separator: "\(separator)"))
  }

  /// A complete page.
  /// - Parameter style: CSS of the program, without any data.
  package static func page(title: String, style: String, _ body: [HTML]) -> HTML {
    let head: [HTML] = [
      .void("meta", ["charset": "utf-8"]),
      .void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
      .void("meta", ["name": "color-scheme", "content": "light dark"]),
      // Blocks scripts, and all resources except images and inline styles, even if some markup was not escaped.
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

  /// Escapes markup characters, and replaces control characters, which HTML forbids.
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

/// A relative path as a URL reference, percent-encoded, so that no part of it reads as a scheme, a query or a fragment.
package func address(ofRelative path: FilePath) -> String {
  var text = ""
  for byte in path.bytes {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "~"), UInt8(ascii: "/"):
      text.unicodeScalars.append(Unicode.Scalar(byte))
    default: text += "%" + Hexadecimal.text([byte]).uppercased()
    }
  }
  return text
}
