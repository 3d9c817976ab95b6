import Testing

@testable import SystemSupport
@testable import TextFormatting

@Suite("JSON objects and hexadecimal digits")
struct JSONObjectTests {
  @Test("Values are found by type, also in nested objects")
  func values() throws {
    let object = try #require(
      JSONObject(#" {"a":"x\n\u00e9\ud83d\ude00\/","n":-1.50e+2,"i":7,"o":{"a":"y"},"l":[1,{"a":[]}],"t":true} "#))
    #expect(object.text("a") == "x\n\u{E9}\u{1F600}/" && object.textOrNumber("a") == object.text("a"))
    #expect(object.number("n") == -150 && object.textOrNumber("n") == "-1.50e+2" && object.integer("n") == nil)
    #expect(object.integer("i") == 7 && object.text("i") == nil)
    #expect(object.object("o")?.text("a") == "y")
    #expect(object.textOrNumber("l") == nil && object.textOrNumber("t") == nil && object.textOrNumber("o") == nil)
    #expect(JSONObject("{}") != nil)
  }

  @Test(
    "Text that RFC 8259 does not allow is rejected",
    arguments: [
      "", "[]", "1", "{", "{}x", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,}"#, #"{a:1}"#, #"{"a":01}"#, #"{"a":-}"#,
      #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":1e}"#, #"{"a":+1}"#, #"{"a":NaN}"#, #"{"a":truex}"#, #"{"a":"\x"}"#,
      #"{"a":"\u12g4"}"#, #"{"a":"\u+123"}"#, #"{"a":"\ud800"}"#, #"{"a":"\udc00"}"#, "{\"a\":\"\t\"}", #"{"a":"b}"#,
      #"{"a":[1 2]}"#, #"{"a":{"b":1]}"#,
    ])
  func malformed(text: String) { #expect(JSONObject(text) == nil) }

  @Test("Deep nesting is rejected")
  func depth() {
    func nested(_ depth: Int) -> String {
      #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    }
    #expect(JSONObject(nested(32)) != nil && JSONObject(nested(33)) == nil && JSONObject(nested(100_000)) == nil)
  }

  @Test("Hexadecimal digits are complete, and signs are none")
  func hexadecimal() {
    #expect(Hexadecimal.text([0, 0x0A, 0xFF]) == "000aff")
    #expect(Hexadecimal.text(0xA) == "000000000000000a" && Hexadecimal.text(.max) == "ffffffffffffffff")
    #expect(Hexadecimal.value("fF".utf8) == 255 && Hexadecimal.value("ffffffffffffffff".utf8) == .max)
    for text in ["", "+1", "-1", "g", " 1", "10000000000000000"] { #expect(Hexadecimal.value(text.utf8) == nil) }
  }
}
