// Swift owners for the C readers and writers, and the conversion of C reports into errors.
internal import CImageCodecs
internal import ImageCore

/// Owns a `jpeg_reader`. A worker reuses it for all its images.
@safe final class JPEGReader {
  // SAFETY: created in init, destroyed once in deinit, used by one worker only.
  let handle: OpaquePointer

  init() throws(CodecError) {
    guard let handle = unsafe jpeg_reader_create() else { throw .outOfMemory("no memory for a JPEG decoder") }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe jpeg_reader_destroy(handle) }
}

@safe final class JPEGWriter {
  // SAFETY: as in JPEGReader.
  let handle: OpaquePointer

  init() throws(CodecError) {
    guard let handle = unsafe jpeg_writer_create() else { throw .outOfMemory("no memory for a JPEG encoder") }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe jpeg_writer_destroy(handle) }
}

@safe final class PNGReader {
  // SAFETY: as in JPEGReader.
  let handle: OpaquePointer

  init() throws(CodecError) {
    guard let handle = unsafe png_reader_create() else { throw .outOfMemory("no memory for a PNG decoder") }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe png_reader_destroy(handle) }
}

extension codec_report {
  /// The error of a failed call, or the first damage of a call that returned pixels.
  func error(limits: DecodeLimits) -> CodecError {
    switch reason {
    case .CODEC_REASON_TRUNCATED: .truncated(text(\.message))
    case .CODEC_REASON_CORRUPT: .corrupt(text(\.message))
    case .CODEC_REASON_UNSUPPORTED: .unsupported(text(\.message))
    case .CODEC_REASON_LIMIT_SCANS: .tooManyScans(limit: limits.scanCount)
    case .CODEC_REASON_LIMIT_MEMORY: .outOfMemory(text(\.message))
    case .CODEC_REASON_TIMEOUT: .timeout
    case .CODEC_REASON_NONE, .CODEC_REASON_INTERNAL: .broken(text(\.message))
    }
  }

  /// The report of a call that returned pixels.
  func decodeReport(limits: DecodeLimits) -> DecodeReport {
    var result = DecodeReport()
    if damage > 0 || reason != .CODEC_REASON_NONE { result.damage = error(limits: limits) }
    result.warningCount = Int(noted)
    result.firstNote = text(\.note)
    return result
  }

  /// Reads a NUL-terminated message of the report. The codec library or the C layer wrote it, in English.
  private func text<Characters>(_ field: KeyPath<codec_report, Characters>) -> String {
    unsafe withUnsafeBytes(of: self[keyPath: field]) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}

extension DecodeLimits {
  var forC: codec_limits {
    codec_limits(
      max_scans: UInt32(clamping: scanCount), max_memory: UInt64(clamping: memoryByteCount), deadline: deadline)
  }
}

extension Plane {
  /// The plane's memory in the C layer's type.
  @unsafe var forC: codec_plane {
    unsafe codec_plane(base: base.assumingMemoryBound(to: UInt8.self), stride: stride, rows: rowCapacity)
  }
}
