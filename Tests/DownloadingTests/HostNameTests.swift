import Testing

@testable import Downloading
@testable import ImageErrors
@testable import TextFormatting

@Suite("Internationalized host names")
struct HostNameTests {
  init() { #expect(CurlLibrary.open() == nil) }

  // The samples of RFC 3492, 7.1, in lowercase, and some real names.
  @Test(
    "Labels are converted to the form used in DNS",
    arguments: [
      ("b\u{FC}cher.example", "xn--bcher-kva.example"), ("bu\u{308}cher.example", "xn--bcher-kva.example"),
      ("B\u{DC}CHER.Example", "xn--bcher-kva.example"), ("b\u{FC}cher\u{3002}example", "xn--bcher-kva.example"),
      ("fa\u{DF}.de", "xn--fa-hia.de"), ("m\u{FC}nchen-ost.de", "xn--mnchen-ost-9db.de"),
      ("\u{3b1}\u{3c2}.gr", "xn--mxa8a.gr"),
      ("\u{4ED6}\u{4EEC}\u{4E3A}\u{4EC0}\u{4E48}\u{4E0D}\u{8BF4}\u{4E2D}\u{6587}", "xn--ihqwcrb4cv8a8dqg056pqjye"),
      ("porqu\u{E9}nopuedensimplementehablarenespa\u{F1}ol", "xn--porqunopuedensimplementehablarenespaol-fmd56a"),
      ("3\u{5E74}b\u{7D44}\u{91D1}\u{516B}\u{5148}\u{751F}", "xn--3b-ww4c5e180e575a65lsy2b"),
      ("plain.example", "plain.example"),
    ])
  func converted(name: String, form: String) { #expect(HostName.ascii(name) == form) }

  @Test(
    "Characters that need another mapping, and invisible ones, are refused",
    arguments: [
      "\u{FF41}bc.example", "a\u{200D}b\u{FC}.example", "b\u{AD}\u{FC}.example", "\u{2603}.example", "\u{308}a.example",
      "\u{FFFD}.example", String(repeating: "\u{FC}", count: 64) + ".example", "\u{2488}com\u{FC}", "a_\u{FC}.example",
    ])
  func refused(name: String) {
    #expect(HostName.ascii(name) == nil)
    #expect(HTTPURL("http://\(name)/a") == nil)
    #expect(HTTPURL.fault(of: "http://\(name)/a").hint == .writeNameInASCII)
  }

  @Test("Every part of an address uses the converted name, which has the same origin as the ASCII form")
  func addresses() throws {
    let address = try #require(HTTPURL("http://me:x@B\u{FC}cher.example:81/caf\u{E9}?a=\u{FC}"))
    #expect(address.host == "xn--bcher-kva.example" && address.port == "81")
    #expect(address.text.hasPrefix("http://xn--bcher-kva.example:81/caf%"), "\(address.text)")
    #expect(try address.hasOrigin(of: #require(HTTPURL("http://xn--bcher-kva.example:81/"))))
    let base = try #require(HTTPURL("http://a.example/x"))
    #expect(HTTPURL("//b\u{FC}cher.example/y", from: base)?.text == "http://xn--bcher-kva.example/y")
    #expect(HTTPURL.fault(of: "nonsense").message == "not an address of http or https")
  }
}
