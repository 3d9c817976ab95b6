package import ImageCore
package import JPEGDecoding
internal import JPEGDecodingAVX2

/// `JPEGDecoding` for one instruction set: one source, compiled twice.
package enum ScaledDecoders {
  case baseline(JPEGDecoding.ScaledDecoder)
  case avx2(AVX2)

  /// Hides the type of the AVX2 build from other modules.
  package struct AVX2 {
    fileprivate let decoder: JPEGDecodingAVX2.ScaledDecoder
  }

  package init(_ instructionSet: InstructionSet, pool: BufferPool) {
    switch instructionSet {
    case .baseline: self = .baseline(JPEGDecoding.ScaledDecoder(pool: pool))
    case .avx2: self = .avx2(AVX2(decoder: JPEGDecodingAVX2.ScaledDecoder(pool: pool)))
    }
  }

  /// As in `ScaledDecoder`.
  package var workers: Int {
    switch self {
    case .baseline(let decoder): decoder.workers
    case .avx2(let build): build.decoder.workers
    }
  }

  /// As in `ScaledDecoder`.
  package func decode(
    _ bytes: UnsafeRawBufferPointer, _ request: JPEGDecoding.ScaledDecoder.Request,
    into planes: [JPEGDecoding.ScaledPlane]
  ) -> JPEGDecoding.Verdict {
    switch self {
    case .baseline(let decoder): return unsafe decoder.decode(bytes, request, into: planes)
    case .avx2(let build):
      var same = JPEGDecodingAVX2.ScaledDecoder.Request(denominator: request.denominator)
      same.rows = request.rows
      same.columns = request.columns
      same.maxScans = request.maxScans
      same.deadline = request.deadline
      same.workers = request.workers
      let targets = planes.map { plane in
        unsafe JPEGDecodingAVX2.ScaledPlane(base: plane.base, stride: plane.stride, rowCount: plane.rowCount)
      }
      switch unsafe build.decoder.decode(bytes, same, into: targets) {
      case .decoded: return .decoded
      case .timeout: return .timeout
      case .outOfMemory: return .outOfMemory
      case .declined(let reason): return .declined(JPEGDecoding.Unsupported(rawValue: reason.rawValue) ?? .kind)
      }
    }
  }
}

extension ImageHeader {
  /// Upper bound of the scaled decoder's working memory for this image, in bytes.
  package var scaledDecoderByteCount: Int {
    JPEGDecoding.ScaledDecoder.maxScratchBytes(width: size.width, components: decodedChannels)
  }
}
