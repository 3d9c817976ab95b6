package import ImageCore
package import JPEGDecoding
package import JPEGEncoding
internal import JPEGKernels
internal import JPEGKernelsAVX2

extension InstructionSet {
  /// The loops of `JPEGDecoding`.
  package var jpegKernels: any DecodingKernels.Type {
    switch self {
    case .baseline: JPEGKernels.Kernels.self
    case .avx2: JPEGKernelsAVX2.Kernels.self
    }
  }

  /// The loops of `JPEGEncoding`.
  package var jpegEncodingLoops: any EncodingKernels.Type {
    switch self {
    case .baseline: JPEGKernels.EncodingLoops.self
    case .avx2: JPEGKernelsAVX2.EncodingLoops.self
    }
  }
}

extension ImageHeader {
  /// Upper bound of the scaled decoder's working memory for this image, in bytes.
  package var scaledDecoderByteCount: Int {
    JPEGKernels.Kernels.maxScratchByteCount(width: size.width, components: decodedChannels)
  }
}
