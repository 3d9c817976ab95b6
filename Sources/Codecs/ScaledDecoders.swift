package import Imaging
package import ScaledJPEG
internal import ScaledJPEGAVX2

/// `ScaledJPEG` for one instruction set: the same source, compiled twice.
package enum ScaledDecoders {
  case baseline(ScaledJPEG.ScaledDecoder)
  case avx2(AVX2)

  /// Hides a type of the other build from those who need not know of it.
  package struct AVX2 {
    fileprivate let decoder: ScaledJPEGAVX2.ScaledDecoder
  }

  package init(_ instructionSet: InstructionSet, pool: BufferPool) {
    switch instructionSet {
    case .baseline: self = .baseline(ScaledJPEG.ScaledDecoder(pool: pool))
    case .avx2: self = .avx2(AVX2(decoder: ScaledJPEGAVX2.ScaledDecoder(pool: pool)))
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
    _ bytes: UnsafeRawBufferPointer, _ request: ScaledJPEG.ScaledDecoder.Request, into planes: [ScaledJPEG.ScaledPlane]
  ) -> ScaledJPEG.Verdict {
    switch self {
    case .baseline(let decoder): return unsafe decoder.decode(bytes, request, into: planes)
    case .avx2(let build):
      var same = ScaledJPEGAVX2.ScaledDecoder.Request(denominator: request.denominator)
      same.rows = request.rows
      same.columns = request.columns
      same.mostScans = request.mostScans
      same.deadline = request.deadline
      same.workers = request.workers
      let targets = planes.map { plane in
        unsafe ScaledJPEGAVX2.ScaledPlane(base: plane.base, stride: plane.stride, rowCount: plane.rowCount)
      }
      switch unsafe build.decoder.decode(bytes, same, into: targets) {
      case .decoded: return .decoded
      case .timeout: return .timeout
      case .outOfMemory: return .outOfMemory
      case .declined(let reason): return .declined(ScaledJPEG.Declined(rawValue: reason.rawValue) ?? .kind)
      }
    }
  }
}
