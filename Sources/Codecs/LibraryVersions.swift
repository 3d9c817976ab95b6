internal import CImageCodecs
internal import CLibDeflate

/// The image libraries in use, each with its version, as in "libjpeg-turbo 2.1.5".
package func libraryVersions() -> [String] {
  unsafe [
    String(cString: codec_jpeg_version()), String(cString: codec_png_version()), String(cString: codec_zlib_version()),
    "libdeflate " + LIBDEFLATE_VERSION_STRING,
  ]
}
