internal import CRuntimeCodecs
package import ImageCore

/// The libraries that are opened at run time, in worker processes only.
package enum RuntimeLibraries {
  /// Opens the libraries of all formats. Call it in a worker process, before it confines itself: they and their plugins are files.
  package static func open() {
    for format in ImageFormat.allCases {
      guard let format = format.runtime else { continue }
      _ = runtime_library_open(format)
    }
  }
}

/// What decodes a format in a process.
package enum DecoderAvailability: Hashable, Sendable {
  /// This program, or a library that is linked.
  case builtIn
  /// A library that is open, with its version, as in "libheif 1.15.1".
  case library(String)
  /// This process opens no libraries at run time.
  case needsIsolation
  case missing(MissingDecoder)
}

/// Why the library of a format does not decode it.
package enum MissingDecoder: String, Hashable, Sendable {
  /// It is not installed.
  case library
  /// It is installed, without the plugin for this format.
  case plugin
  /// It is too old.
  case unsuitable
}

extension ImageFormat {
  package var availability: DecoderAvailability {
    guard let runtime else { return .builtIn }
    switch runtime_library_state(runtime) {
    case .RUNTIME_CLOSED: return .needsIsolation
    case .RUNTIME_OPEN: return .library(unsafe String(cString: runtime_library_version(runtime)))
    case .RUNTIME_NO_LIBRARY: return .missing(.library)
    case .RUNTIME_NO_DECODER: return .missing(.plugin)
    case .RUNTIME_UNSUITABLE: return .missing(.unsuitable)
    }
  }

  /// Whether the format is read here, judged by the files of its library, which is not opened.
  package var isReadable: Bool { library == nil || ImageFormat.installed.contains(self) }

  /// The formats whose libraries are installed. Searched once.
  private static let installed = Set(
    allCases.filter { $0.runtime.map { runtime_library_is_installed($0) } ?? false })

  /// The format in the C layer; nil if no library is opened for it.
  var runtime: runtime_format? {
    switch self {
    case .heic: .RUNTIME_HEIC
    case .avif: .RUNTIME_AVIF
    case .tiff: .RUNTIME_TIFF
    case .jpegXL: .RUNTIME_JPEG_XL
    default: nil
    }
  }

  /// The package whose installation makes the format readable; nil if none does.
  package func packageName(for missing: MissingDecoder) -> String? {
    switch missing {
    case .library: library?.packageName
    case .plugin: self == .avif ? "libheif-plugin-dav1d" : "libheif-plugin-libde265"
    case .unsuitable: nil
    }
  }

  /// Why the format cannot be decoded, and what to install.
  package func message(_ missing: MissingDecoder) -> String {
    let library = library?.rawValue ?? ""
    let reason =
      switch missing {
      case .library: "\(name) is read by \(library), which is not installed"
      case .plugin: "the installed \(library) has no decoder for \(name)"
      case .unsuitable: "the installed \(library) is older than the oldest version that imgbatch uses"
      }
    return reason + (packageName(for: missing).map { " (apt-get install \($0))" } ?? "")
  }
}

extension ImageFormat {
  /// What to install for formats whose libraries are missing, as in "apt-get install libheif1"; nil if nothing would help.
  package static func installation(of formats: [ImageFormat]) -> String? {
    var packages: [String] = []
    for format in formats where !format.isReadable {
      guard let name = format.library?.packageName, !packages.contains(name) else { continue }
      packages.append(name)
    }
    return packages.isEmpty ? nil : "apt-get install " + packages.joined(separator: " ")
  }
}
