import Testing

@testable import Downloading

@Suite("Allowed addresses (promise 17)")
struct AddressPolicyTests {
  @Test(
    "Public addresses are allowed, including the neighbors of reserved ranges",
    arguments: [
      "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
      "128.0.0.1",
      "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0",
      "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "[2a00:1450::1]", "2001:200::1",
      "::ffff:1.1.1.1", "64:ff9b::808:808", "2002:0808:0808::1",
    ])
  func allowed(digits: String) {
    #expect(AddressPolicy.word(for: digits) == "public")
  }

  @Test(
    "All other addresses are refused, in every notation",
    arguments: [
      ("0.0.0.0", "unspecified"), ("0.1.2.3", "unspecified"), ("127.0.0.1", "loopback"),
      ("127.255.255.254", "loopback"),
      ("10.0.0.1", "private"), ("172.16.0.1", "private"), ("172.31.255.255", "private"), ("192.168.1.1", "private"),
      ("100.64.0.1", "private"), ("100.127.255.255", "private"), ("169.254.169.254", "link-local"),
      ("192.0.0.8", "reserved"), ("192.0.2.1", "reserved"), ("198.18.0.1", "reserved"), ("198.51.100.7", "reserved"),
      ("203.0.113.9", "reserved"), ("192.88.99.1", "reserved"), ("224.0.0.1", "multicast"), ("240.0.0.1", "reserved"),
      ("255.255.255.255", "reserved"), ("::", "unspecified"), ("::1", "loopback"), ("[::1]", "loopback"),
      ("::ffff:127.0.0.1", "loopback"), ("::ffff:10.1.2.3", "private"), ("::ffff:169.254.169.254", "link-local"),
      ("64:ff9b::a00:1", "private"), ("64:ff9b::7f00:1", "loopback"), ("64:ff9b:1::1", "reserved"),
      ("2002:7f00:1::", "loopback"), ("2002:c0a8:101::", "private"), ("fc00::1", "private"), ("fd12::1", "private"),
      ("fe80::1", "link-local"), ("fe80::1%eth0", "link-local"), ("febf::1", "link-local"), ("fec0::1", "private"),
      ("ff02::1", "multicast"), ("2001::1", "reserved"), ("2001:db8::1", "reserved"), ("3fff::1", "reserved"),
      ("100::1", "reserved"), ("::7f00:1", "reserved"), ("4000::1", "reserved"),
    ])
  func refused(digits: String, word: String) {
    #expect(AddressPolicy.word(for: digits) == word)
  }

  @Test("A name is not a numeric address", arguments: ["example.org", "localhost", "1.2.3", "0x7f000001", ""])
  func names(text: String) {
    #expect(AddressPolicy.word(for: text) == nil)
  }
}
