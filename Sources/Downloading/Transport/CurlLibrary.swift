internal import CCurl

/// libcurl, opened by the commands that download. No other command pays the cost.
package enum CurlLibrary {
  // SAFETY: the strings are zero-terminated: the message is never freed, and the date is valid during the call.

  /// Opens libcurl. Returns the system's error message where that fails; nil where it is open.
  package static func open() -> String? { unsafe curl_library_open().map { unsafe String(cString: $0) } }

  /// Parses an HTTP date (RFC 9110, 5.6.7) into seconds since 1970; nil where it is malformed.
  static func seconds(ofDate text: String) -> Int64? {
    let seconds = unsafe http_date(text)
    return seconds < 0 ? nil : seconds
  }
}
