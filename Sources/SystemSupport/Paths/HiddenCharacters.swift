// The only table of characters that names and messages may contain but that no page, event or terminal shows unescaped: a reader
// must see what is there, and a terminal must not interpret it.

extension Unicode.Scalar {
  /// C0, DEL and C1. A terminal interprets them (ECMA-48), and HTML forbids most of them.
  package var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F: true
    default: false
    }
  }

  /// Whether the character is invisible or changes the order of the text, so that two different names can look the same. Emoji
  /// and some scripts use joiners. These are escaped too, because a name must be unambiguous.
  package var isHidden: Bool {
    switch value {
    case 0xAD: true  // soft hyphen
    case 0x61C: true  // Arabic letter mark
    case 0x180E: true  // Mongolian vowel separator
    case 0x200B...0x200F: true  // zero-width space and joiners, direction marks
    case 0x2028...0x202E: true  // line and paragraph separators, embeddings and overrides of direction
    case 0x2060...0x206F: true  // word joiner, invisible operators, isolates, deprecated format characters
    case 0xFEFF: true  // zero-width no-break space, also a byte order mark
    case 0xFFF9...0xFFFB: true  // interlinear annotations
    case 0xE0000...0xE007F: true  // tags
    default: false
    }
  }
}
