import Testing

@testable import RunState

@Suite("Passwords are not shown")
struct ShownAddressTests {
  @Test(
    "Of a login, at most the user is left",
    arguments: [
      ("http://me:secret@host/a", "http://me:****@host/a"), ("http://token@host/a", "http://****@host/a"),
      ("http://me:p@ss:w@host:80/a", "http://me:****@host:80/a"), ("HTTP://:x@host", "HTTP://:****@host"),
      ("http://me:sl/ash@host/a", "http://me:****@host/a"), ("http://me:qu?es#t@host/a", "http://me:****@host/a"),
      ("ftp://me:x@host/a", "ftp://me:****@host/a"), ("me:x@host/a", "me:****@host/a"),
      (#"{"ur":"http:\/\/me:x@host\/a"}"#, #"{"ur":"http:\/\/me:****@host\/a"}"#),
      ("a http://me:x@host http://you:y@host", "a http://me:****@host http://you:****@host"),
      ("http://host/?u=http://me:x@there/", "http://host/?u=http://me:****@there/"),
    ])
  func hidden(text: String, shown: String) { #expect(withoutPasswords(text) == shown) }

  @Test(
    "Everything else stays as it is",
    arguments: [
      "http://host/a@2x.jpg", "http://host:8080/me:x@y", "http://host/?mail=me@host", "http://[::1]:80/a@b",
      "https://host/a?token=abc", "", "no address", "caf\u{E9}/a@b.jpg", "://", "http://host",
    ])
  func unchanged(text: String) { #expect(withoutPasswords(text) == text) }
}
