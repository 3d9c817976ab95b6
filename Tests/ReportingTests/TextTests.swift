import SystemPackage
import Testing
import TextFormatting

@testable import SystemSupport

@Suite("Untrusted text")
struct TextTests {
  @Test("Control characters, bidirectional overrides and invalid bytes are escaped; other text stays")
  func escaping() {
    #expect(terminalText("Größe 日本 a b.jpg") == "Größe 日本 a b.jpg")
    #expect(terminalText("a\nb\tc\u{1B}[2Jd\u{7F}") == "a\\nb\\tc\\x1b[2Jd\\x7f")
    #expect(terminalText("x\u{9B}y\u{202E}z\u{2028}") == "x\\u{9b}y\\u{202e}z\\u{2028}")
    #expect(terminalText([0x63, 0xE9, 0x2E, 0xFF, 0xC3, 0xA9]) == "c\\xe9.\\xffé")
    #expect(FilePath(bytes: [0x61, 0x0A, 0xE9]).forTerminal == "a\\n\\xe9")
  }

  @Test(
    "Invisible and reordering characters are escaped on a terminal, on a page, and in an event as JSON",
    arguments: [
      (0x7F, 0x7F), (0x80, 0x9F), (0xAD, 0xAD), (0x61C, 0x61C), (0x180E, 0x180E), (0x200B, 0x200F), (0x2028, 0x202E),
      (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F),
    ] as [(UInt32, UInt32)])
  func hidden(first: UInt32, last: UInt32) throws {
    for scalar in try (first...last).map({ try #require(Unicode.Scalar($0)) }) {
      let name = "a\(scalar)b.jpg"
      let escape = scalar.value < 0x80 ? "\\x7f" : "\\u{" + String(scalar.value, radix: 16) + "}"
      #expect(terminalText(name) == "a\(escape)b.jpg")
      #expect(FilePath(name).forTerminal == "a\(escape)b.jpg")
      let isControl = scalar.value < 0xA0
      #expect(HTML.text(name).markup == (isControl ? "a\u{FFFD}b.jpg" : "a\(escape)b.jpg"))
      var line = JSONObjectWriter()
      line.add("source", name)
      #expect(line.text.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "\(line.text)")
      #expect(JSONObject(line.text)?.text("source") == name)
    }
    // The neighbors in the table of characters are unchanged, except those of another row here.
    for value in [first - 1, last + 1] where value != 0x7F && value != 0x80 {
      let scalar = try #require(Unicode.Scalar(value))
      #expect(terminalText("a\(scalar)b") == "a\(scalar)b")
    }
    let family = "\u{2764}\u{FE0F}\u{1F468}\u{200D}\u{1F469}"
    #expect(terminalText(family) == "\u{2764}\u{FE0F}\u{1F468}\\u{200d}\u{1F469}")
  }

  @Test(
    "Base64 is that of RFC 4648",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func base64Vectors(plain: String, encoded: String) {
    #expect(base64(Array(plain.utf8)) == encoded)
  }

  @Test("Paragraphs wrap at spaces, keep long words whole, and a number with its percent sign")
  func wrapping() {
    #expect(wrapped("takes 37 % longer", width: 8) == ["takes", "37 %", "longer"])
    #expect(wrapped("a /long/path/name b", width: 6) == ["a", "/long/path/name", "b"])
    #expect(paragraph("one two three", width: 9, bullet: "- ") == "- one two\n  three\n")
    #expect(wrapped("", width: 5).isEmpty)
  }

  @Test("Base64 preserves every byte")
  func base64Bytes() {
    #expect(base64([0xFB, 0xEF, 0xFF]) == "++//")
    #expect(base64([0x00, 0x10, 0x83]) == "ABCD")
  }

  @Test("Numbers are the same in every locale and never in scientific notation")
  func numbers() {
    #expect(decimalSeconds(.microseconds(12), places: 6) == "0.000012")
    #expect(decimalSeconds(.nanoseconds(999), places: 6) == "0")
    #expect(decimalSeconds(.milliseconds(12100), places: 6) == "12.1")
    #expect(decimalSeconds(.seconds(3), places: 2) == "3")
    #expect(humanByteCount(812) == "812 B")
    #expect(humanByteCount(9120) == "9.1 kB")
    #expect(humanByteCount(812_345) == "812 kB")
    #expect(humanByteCount(48_200_000) == "48.2 MB")
    #expect(threeDigits(0.04) == "0.0")
    #expect(threeDigits(99.94) == "99.9")
    #expect(threeDigits(99.96) == "100")
    #expect(threeDigits(.infinity) == "?")
    #expect(clockTime(.seconds(7)) == "0:07")
    #expect(clockTime(.seconds(750)) == "12:30")
    #expect(clockTime(.seconds(11100)) == "3:05:00")
  }
}
