internal import CCurl
internal import ImageErrors
internal import TextFormatting

/// Which addresses may be connected to.
///
/// The decisive check is made when the socket is opened, on the resolved address (CCurl): a name can resolve to any address, and
/// to another one the next time. Behind a proxy only literal addresses can be checked.
package enum AddressPolicy: Sendable {
  /// Public addresses only: an untrusted list must not reach services that only this machine can reach.
  case publicOnly
  /// Every address (`--allow-private`).
  case any

  /// The reason why a URL must not be requested through a proxy, which resolves names itself; nil where it may.
  func refusal(behindProxy address: HTTPURL) -> JobError? {
    guard self == .publicOnly else { return nil }
    if address.host == "localhost" || address.host.hasSuffix(".localhost") { return .refused(address.host) }
    switch AddressPolicy.kind(address.host) {
    case ADDRESS_PUBLIC, ADDRESS_UNKNOWN: return nil
    default: return .refused(address.host)
    }
  }

  // SAFETY: the strings are zero-terminated and valid during the calls.
  private static func kind(_ digits: String) -> address_kind { unsafe address_kind_of_text(digits) }

  /// Whether a numeric address, with or without brackets, equals `range` or is in it; a range is written as in "10.0.0.0/8".
  static func isWithin(_ digits: String, _ range: String) -> Bool { unsafe address_is_within(digits, range) }

  /// The kind of a numeric address in one word, for tests and messages; nil for a name.
  package static func word(for digits: String) -> String? {
    switch kind(digits) {
    case ADDRESS_PUBLIC: "public"
    case ADDRESS_UNSPECIFIED: "unspecified"
    case ADDRESS_LOOPBACK: "loopback"
    case ADDRESS_PRIVATE: "private"
    case ADDRESS_LINK_LOCAL: "link-local"
    case ADDRESS_MULTICAST: "multicast"
    case ADDRESS_RESERVED: "reserved"
    default: nil
    }
  }
}
