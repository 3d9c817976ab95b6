import Testing

@testable import ImageCodecs

@Suite("XMP in two packets")
struct ExtendedXMPTests {
  private func packet(_ content: String) -> [UInt8] {
    Array(
      ("<?xpacket?><x:xmpmeta xmlns:x='adobe:ns:meta/'><r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        + content + "</r:RDF></x:xmpmeta><?xpacket?>").utf8)
  }

  private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

  @Test(arguments: [
    ("", "D41D8CD98F00B204E9800998ECF8427E"), ("abc", "900150983CD24FB0D6963F7D28E17F72"),
    (
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57EDF4A22BE3C955AC49DA2E2107B67A"
    ),
  ])
  func `MD5 matches RFC 1321`(text: String, digits: String) {
    #expect(String(decoding: MD5.capitalDigits(Array(text.utf8)), as: UTF8.self) == digits)
  }

  @Test func `the main packet refers to the extended one, which is stored in pieces`() throws {
    let long = packet("<r:Description r:about=''><a>\(String(repeating: "x", count: 150_000))</a></r:Description>")
    for description in ["<r:Description r:about=''/>", "<r:Description r:about=''></r:Description>"] {
      let packets = try #require(ExtendedXMP.packets(packet(description), long))
      #expect(packets.extended == Array(long.dropFirst(11).dropLast(11)), "without the frame of a packet")
      let digest = MD5.capitalDigits(packets.extended)
      #expect(XMPEditor(packets.main, isTurned: false)?.extensionDigest == digest)
      let segments = ExtendedXMP.segments(packets.extended)
      #expect(segments.map(\.count) == [65_475, 65_475, segments[2].count] && segments[2].count < 65_475)
      #expect(segments.flatMap { $0.dropFirst(75) } == packets.extended)
      let heads = segments.map { Array($0[67..<75]) }
      let count = packets.extended.count
      let length = [0, UInt8(count >> 16), UInt8(count >> 8 & 255), UInt8(count & 255)]
      #expect(heads == [length + [0, 0, 0, 0], length + [0, 0, 0xFF, 0x78], length + [0, 1, 0xFE, 0xF0]])
    }
    #expect(ExtendedXMP.packets(packet(""), long) == nil, "no description to name it in")
    #expect(ExtendedXMP.packets(Array("<a/>".utf8), long) == nil)
    #expect(ExtendedXMP.packets(packet("<r:Description/>"), Array("<a>".utf8)) == nil)
    let whole = try #require(ExtendedXMP.packets(long))
    #expect(whole.extended == Array(long.dropFirst(11).dropLast(11)) && whole.main.count < 1000)
  }

  @Test func `both packets are joined, with the declarations that applied in each`() {
    let main = packet("<r:Description r:about='' a='1'/>")
    let extended = Array(
      ("<m xmlns:x='u' xmlns:y='v'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:x='w'>"
        + "<rdf:Description xmlns:y='z' x:b='2'/><rdf:Description>3</rdf:Description></rdf:RDF></m>").utf8)
    let rdf = " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
    #expect(
      text(ExtendedXMP.joined(main, extended))
        == text(
          packet(
            "<r:Description r:about='' a='1'/><rdf:Description xmlns:x='w'\(rdf) xmlns:y='z' x:b='2'/>"
              + "<rdf:Description xmlns:x='w' xmlns:y='v'\(rdf)>3</rdf:Description>")))
    #expect(ExtendedXMP.joined(main, Array("<m/>".utf8)) == nil)
    let many = (0..<3000).map { " xmlns:p\($0)='u'" }.joined()
    let bomb = packet(String(repeating: "<e/>", count: 5000))
    let declared = text(bomb)?.replacing("<r:RDF", with: "<r:RDF\(many)") ?? ""
    #expect(ExtendedXMP.joined(main, Array(declared.utf8)) == nil, "it would become 210 MB")
  }
}
