import SystemPackage
import Testing
import TextFormatting

@Suite struct HTMLTests {
  @Test func `no text becomes markup or leaves its attribute`() {
    let hostile = "<script>alert('x')</script>\"&\u{1B}[2J\u{0}"
    let element = HTML.element("p", ["title": hostile], hostile)
    let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\u{FFFD}[2J\u{FFFD}"
    #expect(element.markup == "<p title=\"\(escaped)\">\(escaped)</p>")
  }

  @Test func `a page has its encoding, its viewport and a policy that allows no scripts`() {
    let page = HTML.page(title: "a & b", style: "p{color:red}", [.element("p", [:], "x"), .void("img", ["alt": ""])])
    #expect(page.markup.hasPrefix("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">"))
    #expect(page.markup.contains("<title>a &amp; b</title>") && page.markup.contains("default-src &#39;none&#39;"))
    #expect(page.markup.contains("<p>x</p>\n<img alt=\"\">\n</body>"))
  }

  @Test func `a link keeps every byte of a path`() {
    #expect(address(ofRelative: "thumbs/a b?#%.jpg") == "thumbs/a%20b%3F%23%25.jpg")
    #expect(address(ofRelative: "javascript:alert(1)") == "javascript%3Aalert%281%29")
  }

  @Test(arguments: [
    ("a%20b/%C3%A4.jpg", "a b/ä.jpg"), ("%41%zz%4", "A%zz%4"), ("%C3%A4%fF%41", "ä%fFA"),
    ("x%0Ay%E2%80%8B", "x%0Ay%E2%80%8B"),
    ("100%", "100%"), ("%+1%-1", "%+1%-1"), ("a\u{200B}", "a\\u{200b}"), ("", ""),
  ])
  func `percent-encoding is decoded for people where the text stays readable`(encoded: String, shown: String) {
    #expect(percentDecoded(encoded) == shown)
  }
}
