internal import CImageCodecs
internal import CLibDeflate

#if WebP
  internal import CWebPCodec
#endif

/// The image libraries with their versions, as in "libjpeg-turbo 2.1.5".
package func libraryVersions() -> [String] {
  var versions = unsafe [
    String(cString: codec_jpeg_version()), String(cString: codec_png_version()), String(cString: codec_zlib_version()),
    "libdeflate " + LIBDEFLATE_VERSION_STRING,
  ]
  #if WebP
    versions.append(unsafe String(cString: codec_webp_version()))
  #endif
  return versions
}
