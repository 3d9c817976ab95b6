import SystemPackage
import Testing

@testable import Downloading
@testable import ImageCore
@testable import TextFormatting

@Suite("Lists of addresses and names of downloads")
struct ListTests {
  init() { #expect(CurlLibrary.open() == nil) }

  private func entries(_ text: String) -> [ListedAddress] {
    var list = DownloadList()
    return Array(text.utf8).split(separator: 0x0A, omittingEmptySubsequences: false).compactMap { list.entry($0) }
  }

  private static let digits = String(repeating: "0a", count: 32)

  @Test("A list has one address per line, with comments, spaces and line ends of all kinds")
  func addresses() {
    let found = entries("\u{FEFF}# dogs\n\n http://a/1 \r\nhttps://b/2,3\n")
    #expect(
      found == [
        ListedAddress(position: 1, address: "http://a/1"), ListedAddress(position: 2, address: "https://b/2,3"),
      ])
  }

  @Test(
    "Columns have names, in any order, with others between",
    arguments: [
      "sha256\tname\tx\turl\n\(digits)\trex.jpg\t1\thttp://a/1\n\t\t\thttp://a/2",
      "URL,name,sha256\n\"http://a/1\",\"rex.jpg\",\(digits)\nhttp://a/2,,",
      "{\"url\":\"http:\\/\\/a/1\",\"n\":[1,{\"a\":null}],\"name\":\"rex.jpg\",\"sha256\":\"\(digits)\"}\n {\"url\" : \"http://a/2\"} ",
    ])
  func columns(text: String) {
    #expect(
      entries(text) == [
        ListedAddress(
          position: 1, address: "http://a/1", name: "rex.jpg", sha256: [UInt8](repeating: 0x0A, count: 32)),
        ListedAddress(position: 2, address: "http://a/2"),
      ])
  }

  @Test("Quotes may contain commas and quotes; JSON escapes are decoded")
  func quotes() {
    #expect(entries("url,name\nhttp://a,\"x, \"\"y\"\".jpg\"").first?.name == "x, \"y\".jpg")
    #expect(entries(#"{"url":"http://a","name":"\u00e9\ud83d\ude00\n"}"#).first?.name == "é😀\n")
  }

  @Test("A malformed line is an entry that fails, and the next one is read")
  func problems() {
    let digest = "url\tsha256\nhttp://a\t12\nhttp://b\t+\(String(repeating: "0", count: 63))\nhttp://c\t"
    #expect(entries(digest).map { $0.problem == nil } == [false, false, true])
    let json = "{\"url\":\"http://a\"}\n{\"url\":\n{\"x\":1}\n{\"url\":\"b\"} x\n{\"url\":\"http://e\"}"
    #expect(entries(json).map { $0.problem == nil } == [true, false, false, false, true])
    let deep = "{\"url\":\"http://a\",\"x\":" + String(repeating: "[", count: 100_000)
    #expect(entries(deep).first?.problem != nil)
  }

  @Test(
    "A name is the position and the sanitized end of the URL",
    arguments: [
      ("http://a/dogs/rex.jpg", "000007-rex"), ("http://a/", "000007"), ("http://a/../../etc/passwd", "000007-passwd"),
      ("http://a/%2e%2e%2fx.png?y=/z", "000007-2e-2e-2fx"), ("http://a/.hidden", "000007-hidden"),
      ("http://a/" + String(repeating: "x", count: 500), "000007-" + String(repeating: "x", count: 80)),
      ("http://a/caf%C3%A9 am.jpeg", "000007-caf-C3-A9-20am"),
    ])
  func names(address: String, name: String) throws {
    let path = try #require(HTTPURL(address)).path
    #expect(DownloadName(position: 7, path: path).text == name)
  }

  @Test("Names in a list stay below the folder and are not hidden")
  func listedNames() {
    for name in ["../a.jpg", "/a.jpg", "a/../b", "", "a//b", ".imgbatch-journal", "a/.b", "a\0b", "a/"] {
      #expect(DownloadName(listed: name) == nil, "\(name)")
    }
    #expect(DownloadName(listed: "a/b c.jpg")?.path(in: "/d", for: .png) == "/d/a/b c.jpg")
    #expect(DownloadName(listed: "a/b.v2")?.path(in: "/d", for: .png) == "/d/a/b.v2.png")
    #expect(DownloadName(listed: "a/b.JPG")?.stem == "a/b")
    let key = DownloadKey(digest: AddressDigest(of: "abc"), occurrence: 1)
    #expect(
      DownloadName(listed: "a/b.JPG")?.partName(key) == Array("a/.ba7816bf8f01cfea414140de5dae2223.imgbatch-part".utf8))
  }

  @Test("Only http and https URLs are accepted, and an origin is scheme, host and port")
  func schemes() throws {
    for text in [
      "file:///etc/passwd", "ftp://a/b", "gopher://a", "javascript:alert(1)", "a.jpg", "", "http://",
      "scp://a/b", "http://a\u{1}/", "data:image/png;base64,xx",
    ] {
      #expect(HTTPURL(text) == nil, "\(text)")
    }
    let one = try #require(HTTPURL("HTTP://Dogs.NET.:80/a b#part"))
    #expect(one.host == "dogs.net" && one.port == "80" && one.login == nil)
    #expect(one.text.hasSuffix("/a%20b"), "\(one.text)")
    #expect(try one.hasOrigin(of: #require(HTTPURL("http://dogs.net/x"))))
    #expect(try !one.hasOrigin(of: #require(HTTPURL("https://dogs.net/x"))))
    #expect(try !one.hasOrigin(of: #require(HTTPURL("http://dogs.net:81/x"))))
    // A redirection or an escaped space can make a URL too long, which is then rejected as well.
    let start = try #require(HTTPURL("http://dogs.net/"))
    let path = String(repeating: "a", count: (1 << 14) - start.text.utf8.count)
    let lengths = [path, path + "a", " " + path.dropFirst()].map { HTTPURL("/" + $0, from: start)?.text.utf8.count }
    #expect(lengths == [1 << 14, nil, nil])
    let secret = try #require(HTTPURL("http://me:p%40w@dogs.net/x"))
    #expect(secret.login == HTTPURL.Login(user: "me", password: "p@w") && secret.text == "http://dogs.net/x")
  }
}
