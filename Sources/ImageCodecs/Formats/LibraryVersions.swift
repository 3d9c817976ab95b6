internal import ImageCore

/// The image libraries with their versions, as in "libjpeg-turbo 2.1.5".
package func libraryVersions() -> [String] { ImageFormat.allCases.flatMap { $0.codec.libraries } }

extension ImageFormat {
  /// The libraries that are linked for the format, with their versions.
  package var libraryVersions: [String] { codec.libraries }
}
