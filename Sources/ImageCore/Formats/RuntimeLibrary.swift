/// A library that worker processes open at run time, because its parsers are large and this program does not link it.
package enum RuntimeLibrary: String, CaseIterable, Sendable {
  case libheif
  case libtiff
  case libjxl

  /// The package that contains it in Debian 12 and Ubuntu 24.04, or in one of them where its name has a version.
  package var packageName: String {
    switch self {
    case .libheif: "libheif1"
    case .libtiff: "libtiff6"
    case .libjxl: "libjxl0.7"
    }
  }
}
