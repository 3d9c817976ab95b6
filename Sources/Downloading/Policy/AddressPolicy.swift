internal import CCurl
internal import ImageErrors
internal import TextFormatting

/// Which machines may be connected to.
///
/// The one check that counts is made where the socket is opened, on the address that the name was resolved to (CCurl): a
/// name can lead anywhere, and elsewhere the next time. Behind a proxy only what the address itself says can be told.
package enum AddressPolicy: Sendable {
  /// Public addresses only: a list from a stranger must not reach what only this machine can.
  case publicOnly
  /// `--allow-private`
  case any

  /// Why an address must not be asked of a proxy, which resolves names itself; nil where it may.
  func refusal(behindProxy address: HTTPURL) -> JobError? {
    guard self == .publicOnly else { return nil }
    if address.host == "localhost" || address.host.hasSuffix(".localhost") { return .refused(address.host) }
    switch AddressPolicy.kind(address.host) {
    case ADDRESS_PUBLIC, ADDRESS_UNKNOWN: return nil
    default: return .refused(address.host)
    }
  }

  private static func kind(_ digits: String) -> address_kind { unsafe address_kind_of_text(digits) }

  /// Whether an address in digits, with or without brackets, is in a range as in "10.0.0.0/8", or is that very address.
  static func isWithin(_ digits: String, _ range: String) -> Bool { unsafe address_is_within(digits, range) }

  /// What kind an address in digits is of, in a word; nil for a name. For tests and messages.
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
