internal import CCurl

/// libcurl, opened when a command that downloads begins: nothing else pays for it.
package enum CurlLibrary {
  /// What the system says where there is no libcurl; nil when it is open.
  package static func open() -> String? { unsafe curl_library_open().map { unsafe String(cString: $0) } }

  /// As "7.88.1"; wants an open library.
  package static var version: String { unsafe String(cString: curl_library_version()) }

  /// Seconds since 1970 of a date as HTTP writes it (RFC 9110, 5.6.7); nil where it is none.
  static func seconds(ofDate text: String) -> Int64? {
    let seconds = unsafe http_date(text)
    return seconds < 0 ? nil : seconds
  }
}
