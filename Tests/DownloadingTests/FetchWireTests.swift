import SystemPackage
import Testing

@testable import Downloading
@testable import TextFormatting
@testable import WorkerIPC

/// The messages to and from download workers, field by field.
@Suite struct FetchWireTests {
  /// Validators parse dates with libcurl.
  init() throws { try #require(CurlLibrary.open() == nil) }

  /// The stored properties that are equal in both values. The test of each type checks that only known ones are, so a new
  /// property must be changed there too. A value that is equal after decoding then has all its properties.
  private func unchanged(_ value: Any, _ other: Any) -> [String] {
    zip(Mirror(reflecting: value).children, Mirror(reflecting: other).children)
      .filter { "\($0.value)" == "\($1.value)" }.map { $0.0.label ?? "" }
  }

  /// All stored properties as text.
  private func properties(_ value: Any) -> [String] {
    Mirror(reflecting: value).children.map { "\($0.label ?? "")=\($0.value)" }
  }

  @Test func `the rules of all requests are transferred, with any changes`() throws {
    var rules = RequestDefaults()
    rules.policy = .any
    rules.userAgent = "wörds"
    rules.connectTimeout = .milliseconds(1)
    rules.stallTimeout = .milliseconds(2)
    rules.totalTimeout = .milliseconds(3)
    #expect(unchanged(rules, RequestDefaults()).isEmpty)
    for rules in [RequestDefaults(), rules] {
      var writer = WireWriter()
      rules.write(to: &writer)
      var reader = WireReader(writer.bytes)
      #expect(try properties(RequestDefaults(&reader)) == properties(rules))
      try reader.end()
    }
  }

  @Test func `a request is transferred with all its headers, with and without a proxy`() throws {
    try #require(CurlLibrary.open() == nil)
    let address = try #require(HTTPURL("https://me:pw@dogs.example:8080/a%20b?c=d"))
    let full = Request(
      address: address, proxy: "http://proxy:1", headers: ["A: b", "Range: bytes=5-", ""], file: 7, start: 1 << 40,
      maxByteCount: .max, decodes: true)
    let plain = Request(address: address, proxy: nil, headers: [], file: 8, start: 0, maxByteCount: 1)
    #expect(unchanged(full, plain) == ["address"])
    for request in [full, plain] {
      #expect(try properties(Request(request.bytes, file: request.file)) == properties(request))
      for count in 0..<request.bytes.count {
        #expect(throws: WireError.self) { _ = try Request(Array(request.bytes.prefix(count)), file: 0) }
      }
      #expect(throws: WireError.self) { _ = try Request(request.bytes + [0], file: 0) }
    }
  }

  @Test(arguments: ["\"a\r\nHost: b\"", "\"a\rb\"", "\"a\nb\"", "\"\u{1B}\"", "\"a\u{7F}\"", "\"a\0\""])
  func `a validator that would start another header is rejected, from any origin`(text: String) throws {
    let validator = Validator(entityTag: text, lastModified: text, date: text, byteCount: 5)
    #expect(validator == Validator(byteCount: 5) && validator.condition == nil)
    // A compromised worker could send this.
    let plain = Response(
      end: .complete, status: 200, fileByteCount: 5, lengthIsKnown: true, location: nil,
      validator: Validator(entityTag: String(repeating: "x", count: text.utf8.count)), retryAfter: "", contentType: "")
    var bytes = plain.bytes
    let index = try #require(bytes.firstRange(of: Array(plain.validator.entityTag.utf8)))
    bytes.replaceSubrange(index, with: Array(text.utf8))
    #expect(try Response(bytes).validator.entityTag.isEmpty)
    let journal = Validator(journal: Array("\(String(text.map { $0.isNewline ? "\r" : $0 }))\n\n\n5".utf8))
    #expect(journal.entityTag.isEmpty)
  }

  /// One value of each kind. The switch below has no default, so a new kind does not compile until it is added here.
  private static let ends: [Response.End] = [
    .complete, .broken("wörds \u{1B}"), .timedOut("t"), .notResolved(""), .notTrusted("n"), .short,
    .refusedAddress("10.0.0.1"), .tooLarge, .wrongPart, .fileFailed(.noSpace),
  ]

  private func kind(_ end: Response.End) -> Int {
    switch end {
    case .complete: 0
    case .broken: 1
    case .timedOut: 2
    case .notResolved: 3
    case .notTrusted: 4
    case .short: 5
    case .refusedAddress: 6
    case .tooLarge: 7
    case .wrongPart: 8
    case .fileFailed: 9
    }
  }

  @Test func `every kind of end is transferred with its values`() throws {
    #expect(FetchWireTests.ends.map(kind) == Array(0...9))
    for end in FetchWireTests.ends {
      let full = Response(
        end: end, status: 206, fileByteCount: 1 << 40, lengthIsKnown: true, location: "/there",
        validator: Validator(entityTag: "\"1\"", lastModified: "Mon", date: "Tue", byteCount: 1 << 41), retryAfter: "5",
        contentType: "image/jpeg", contentCoding: "gzip")
      var plain = Response(
        end: end, status: 0, fileByteCount: 0, lengthIsKnown: false, location: nil, validator: Validator(),
        retryAfter: "", contentType: "")
      #expect(unchanged(full, plain) == ["end"])
      #expect(unchanged(full.validator, plain.validator).isEmpty)
      for response in [full, plain] { #expect(try properties(Response(response.bytes)) == properties(response)) }
      // A missing location differs from an empty one.
      plain.location = ""
      #expect(try Response(plain.bytes).location == "")
    }
  }

  @Test func `malformed responses are rejected`() throws {
    let response = Response(
      end: .complete, status: 200, fileByteCount: 5, lengthIsKnown: true, location: nil, validator: Validator(),
      retryAfter: "", contentType: "")
    for count in 0..<response.bytes.count {
      #expect(throws: WireError.self) { _ = try Response(Array(response.bytes.prefix(count))) }
    }
    #expect(throws: WireError.self) { _ = try Response(response.bytes + [0]) }
    let long = String(repeating: "x", count: 1 << 17)
    let damages: [(inout Response) -> Void] = [
      { $0.end = .broken(long) }, { $0.status = 1000 }, { $0.status = -1 }, { $0.fileByteCount = -1 },
      { $0.location = long },
      { $0.validator = Validator(entityTag: long) }, { $0.validator = Validator(byteCount: -2) },
      { $0.retryAfter = long },
      { $0.contentType = long }, { $0.contentCoding = long },
    ]
    for damage in damages {
      var damaged = response
      damage(&damaged)
      #expect(throws: WireError.self) { _ = try Response(damaged.bytes) }
    }
    var unknown = WireWriter()
    unknown.write(99)
    let rest = response.bytes.dropFirst(8)
    #expect(throws: WireError.self) { _ = try Response(unknown.bytes + rest) }
  }
}
