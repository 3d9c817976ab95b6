internal import CColorManagement

/// The colour library in use with its version, as in "Little CMS 2.14".
package func colourLibraryVersion() -> String {
  let version = colour_library_version()
  return "Little CMS \(version / 1000).\(version % 1000 / 10)"
}
