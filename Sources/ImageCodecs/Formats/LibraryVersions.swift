internal import ImageCore

/// The image libraries with their versions, as in "libjpeg-turbo 2.1.5".
package func libraryVersions() -> [String] { ImageFormat.allCases.flatMap { $0.codec.libraries } }
