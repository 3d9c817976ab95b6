import Testing

@testable import ImageCodecs

@Suite("XMP of an output")
struct XMPEditorTests {
  private static let declared =
    #"xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" "#
    + #"xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" "#
    + #"xmlns:Container="http://ns.google.com/photos/1.0/container/" xmlns:note='http://ns.adobe.com/xmp/note/'"#

  private func packet(_ attributes: String, _ content: String = "") -> String {
    "<?xpacket begin=''?><x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF \(Self.declared)><!-- > -->"
      + "<rdf:Description rdf:about=''\(attributes)>\(content)</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
  }

  private func edited(_ xmp: String, isTurned: Bool = true) -> String? {
    XMPEditor(Array(xmp.utf8), isTurned: isTurned).map { String(decoding: $0.bytes, as: UTF8.self) }
  }

  /// Attributes and content, before and after editing.
  private static let orientations: [(String, String, String, String)] = [
    (#" tiff:Orientation="6""#, "", #" tiff:Orientation="1""#, ""),
    (" tiff:Orientation\n=\t' 6 '", "", " tiff:Orientation\n=\t'1'", ""),
    (#" tiff:Orientation = "&#x36;" a:b="6""#, "", #" tiff:Orientation = "1" a:b="6""#, ""),
    ("", "<tiff:Orientation>6</tiff:Orientation >", "", "<tiff:Orientation>1</tiff:Orientation>"),
    ("", "<tiff:Orientation\n>\n 6 <!-- 6 --></tiff:Orientation>", "", "<tiff:Orientation>1</tiff:Orientation>"),
    ("", #"<tiff:Orientation rdf:value="6"/>"#, "", "<tiff:Orientation>1</tiff:Orientation>"),
    (
      "", "<tiff:Orientation><rdf:Description><rdf:value>6</rdf:value></rdf:Description></tiff:Orientation>", "",
      "<tiff:Orientation>1</tiff:Orientation>"
    ),
    (
      #" xmlns:t="http://ns.adobe.com/tiff/1.0/" t:Orientation="8""#, "",
      #" xmlns:t="http://ns.adobe.com/tiff/1.0/" t:Orientation="1""#, ""
    ),
    (
      "", #"<Orientation xmlns="http://ns.adobe.com/tiff/1.0/">3</Orientation>"#, "",
      #"<Orientation xmlns="http://ns.adobe.com/tiff/1.0/">1</Orientation>"#
    ),
    (
      "", "<t:Orientation xmlns:t='http:&#47;/ns.adobe.com/tiff/1.0/'>3</t:Orientation>", "",
      "<t:Orientation xmlns:t='http:&#47;/ns.adobe.com/tiff/1.0/'>1</t:Orientation>"
    ),
    // Here the prefix has another namespace, or the name is a different one.
    (" xmlns:tiff='urn:other' tiff:Orientation='6'", "", " xmlns:tiff='urn:other' tiff:Orientation='6'", ""),
    (" tiff:OrientationOf='6' Orientation='6'", "", " tiff:OrientationOf='6' Orientation='6'", ""),
    ("", "<![CDATA[<tiff:Orientation>6]]>", "", "<![CDATA[<tiff:Orientation>6]]>"),
    // After an element that shadows a prefix, the prefix has its former meaning again.
    (
      "", "<a xmlns:tiff='urn:other' tiff:Orientation='6'/><a tiff:Orientation='6'/>", "",
      "<a xmlns:tiff='urn:other' tiff:Orientation='6'/><a tiff:Orientation='1'/>"
    ),
  ]

  @Test(arguments: orientations)
  func `orientation becomes 1 if pixels were turned, however it is written`(
    attributes: String, content: String, newAttributes: String, newContent: String
  ) {
    let xmp = packet(attributes, content)
    #expect(edited(xmp) == packet(newAttributes, newContent))
    #expect(edited(xmp, isTurned: false) == xmp, "else it stays as it is")
  }

  @Test func `properties of a motion photo and of a gain map are removed, with the namespace of the latter`() throws {
    let gainMap = "http://ns.adobe.com/hdr-gain-map/1.0/"
    let attributes =
      " GCamera:MotionPhoto='1' GCamera:MotionPhotoPresentationTimestampUs='7' GCamera:MicroVideo='1' "
      + "GCamera:MicroVideoOffset='9' xmlns:hdrgm='\(gainMap)' hdrgm:Version='1.0' GCamera:SpecialTypeID='x'"
    let content =
      "<GCamera:MicroVideoVersion>1</GCamera:MicroVideoVersion><Container:Directory><rdf:Seq><rdf:li>"
      + "<Container:Item hdrgm:Deep='1'/></rdf:li></rdf:Seq></Container:Directory>"
      + "<hdrgm:GainMapMin><rdf:Seq/></hdrgm:GainMapMin><kept/>"
    let editor = try #require(XMPEditor(Array(packet(attributes, content).utf8), isTurned: false))
    #expect(String(decoding: editor.bytes, as: UTF8.self) == packet(" GCamera:SpecialTypeID='x'", "<kept/>"))
    #expect(editor.hadMotion && editor.hadGainMap && editor.hadDirectory && editor.extensionDigest == nil)
  }

  @Test func `the digest of extended XMP is removed`() throws {
    for xmp in [
      packet(" note:HasExtendedXMP='0123'"), packet("", "<note:HasExtendedXMP> 0123 </note:HasExtendedXMP>"),
    ] {
      let editor = try #require(XMPEditor(Array(xmp.utf8), isTurned: false))
      #expect(editor.extensionDigest.map { String(decoding: $0, as: UTF8.self) } == "0123")
      #expect(String(decoding: editor.bytes, as: UTF8.self) == packet(""))
    }
  }

  @Test(arguments: [
    "", "no tag", "<a>", "<a><b></a></b>", "</a>", "<a b=1/>", "<a b='1/>", "<a b='1'c='2'>", "<!DOCTYPE a><a/>", "<a/",
    "<!-- ", "<a><!--></a>", "<a><?></a>",
    "<\0a\0/\0>", "<a b/>", "< a/>",
  ])
  func `malformed XML is not edited`(xmp: String) {
    #expect(edited(xmp) == nil)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a megabyte of declarations, of attributes or of nested elements is edited in linear time`() {
    func filled(_ unit: (Int) -> String) -> String {
      var text = ""
      var number = 0
      while text.utf8.count < 1 << 20 {
        text += unit(number)
        number += 1
      }
      return text
    }
    let declarations = filled { " xmlns:p\($0)='http://ns.adobe.com/tiff/1.0/' p\($0):Orientation='6'" }
    #expect(edited("<a\(declarations)/>")?.contains("'6'") == false)
    let depth = filled { _ in "<a xmlns='u'>" }
    #expect(edited(depth) == nil)
    let closed = depth + String(repeating: "</a>", count: depth.utf8.count / 13)
    #expect(edited(closed) == closed)
  }
}
