/// Whether code of this package decodes JPEG and PNG, and encodes JPEG, where it supports the image: the trait `OwnCodecs`.
///
/// Without the trait, libjpeg-turbo and libpng do all of it. That takes more time and memory. Outputs have the same bytes.
enum OwnCodecs {
  @inline(__always) static var areOn: Bool {
    #if OwnCodecs
      true
    #else
      false
    #endif
  }
}
