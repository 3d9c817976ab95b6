import Foundation
import Testing

@testable import Downloading
@testable import TextFormatting

@Suite("Retries, limits of hosts, proxies and digests")
struct RuleTests {
  init() { #expect(CurlLibrary.open() == nil) }

  @Test("Waits double, vary by half, stop growing at the maximum, and end after the last try")
  func waits() {
    var rule = RetryRule()
    rule.retries = 8
    rule.firstWait = .milliseconds(500)
    rule.maxBackoff = .seconds(10)
    let maximum = (1...8).map { rule.verdict(afterTries: $0, wish: nil, chance: 1) }
    let expected = [0.5, 1, 2, 4, 8, 10, 10, 10]
    #expect(maximum == expected.map { .again(after: .seconds($0)) })
    #expect(rule.verdict(afterTries: 1, wish: nil, chance: 0) == .again(after: .milliseconds(250)))
    #expect(rule.verdict(afterTries: 9, wish: nil, chance: 0) == .giveUp)
  }

  @Test("Retry-After is honored unless it is too long")
  func wishes() {
    let rule = RetryRule()
    #expect(rule.verdict(afterTries: 1, wish: .seconds(7), chance: 0.5) == .again(after: .seconds(7)))
    #expect(rule.verdict(afterTries: 1, wish: .zero, chance: 1) == .again(after: .milliseconds(500)))
    #expect(rule.verdict(afterTries: 1, wish: .seconds(3600), chance: 1) == .wishTooLong)
  }

  @Test("Retry-After is seconds or a date; anything else is ignored")
  func retryAfter() {
    #expect(RetryRule.wish("120", now: 0) == .seconds(120))
    #expect(RetryRule.wish("99999999999999999999", now: 0) == .seconds(999_999_999))
    #expect(RetryRule.wish("Sun, 06 Nov 1994 08:49:37 GMT", now: 784_111_770) == .seconds(7))
    #expect(RetryRule.wish("Sun, 06 Nov 1994 08:49:37 GMT", now: 784_111_999) == .zero)
    for text in ["", "soon", "-5"] { #expect(RetryRule.wish(text, now: 0) == nil) }
  }

  @Test("No host exceeds its limit, hosts take turns, and each keeps its order")
  func turns() {
    let now = ContinuousClock.now
    var queue = PerHostQueue<String>(perHost: 2)
    for index in 0..<4 { queue.add("a\(index)", host: "a") }
    for index in 0..<2 { queue.add("b\(index)", host: "b") }
    #expect((0..<5).map { _ in queue.next(now: now) } == ["a0", "b0", "a1", "b1", nil])
    queue.release("a")
    #expect(queue.next(now: now) == "a2")
    #expect(queue.next(now: now) == nil)
    queue.release("b")
    queue.release("a")
    #expect(queue.next(now: now) == "a3")
    #expect(queue.count == 0 && queue.nextTime == nil)
  }

  @Test("Delayed items start at their time, before items that were never tried")
  func later() {
    let now = ContinuousClock.now
    var queue = PerHostQueue<String>(perHost: 1)
    queue.add("again", host: "a", notBefore: now + .seconds(2))
    queue.add("sooner", host: "b", notBefore: now + .seconds(1))
    queue.add("new", host: "a")
    #expect(queue.nextTime == now + .seconds(1) && queue.count == 3)
    #expect(queue.next(now: now) == "new")
    queue.release("a")
    queue.add("newer", host: "a")
    let then = now + .seconds(2)
    #expect((0..<3).map { _ in queue.next(now: then) } == ["again", "sooner", nil])
    queue.release("a")
    #expect(queue.next(now: then) == "newer")
  }

  @Test("A host that requested a delay gets none of its requests until then")
  func rest() {
    let now = ContinuousClock.now
    var queue = PerHostQueue<String>(perHost: 6)
    queue.add("a0", host: "a")
    queue.add("b0", host: "b")
    queue.rest("a", until: now + .seconds(5))
    #expect(queue.next(now: now) == "b0")
    #expect(queue.next(now: now) == nil)
    #expect(queue.nextTime == now + .seconds(5))
    #expect(queue.next(now: now + .seconds(5)) == "a0")
  }

  @Test("Proxies come from the environment, except from HTTP_PROXY")
  func proxies() throws {
    let variables = [
      "https_proxy": "http://secure:1", "HTTP_PROXY": "http://evil:1", "all_proxy": "http://all:1",
      "no_proxy": "example.org, .local",
    ]
    let rule = ProxyConfiguration { variables[$0] }
    #expect(try rule.proxy(for: #require(HTTPURL("https://dogs.net/a"))) == "http://secure:1")
    #expect(try rule.proxy(for: #require(HTTPURL("http://dogs.net/a"))) == "http://all:1")
    for host in ["example.org", "www.example.org", "nas.local"] {
      #expect(try rule.proxy(for: #require(HTTPURL("https://\(host)/a"))) == nil)
    }
    #expect(try rule.proxy(for: #require(HTTPURL("https://notexample.org/a"))) != nil)
    let everything = ProxyConfiguration { ["no_proxy": "*", "http_proxy": "http://p:1"][$0] }
    #expect(try everything.proxy(for: #require(HTTPURL("http://a/"))) == nil)
  }

  @Test(
    "SHA-256 equals that of the standard",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
      (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ])
  func digests(text: String, expected: String) {
    for step in [1 << 20, 63, 64, 65] {
      var hash = SHA256()
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        hash.update(rest.prefix(step))
        rest = rest.dropFirst(step)
      }
      #expect(hash.digest().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == expected)
    }
  }
}
