internal import CColorManagement

/// The color library in use with its version, as in "Little CMS 2.14".
package func colorLibraryVersion() -> String {
  let version = color_library_version()
  return "Little CMS \(version / 1000).\(version % 1000 / 10)"
}
