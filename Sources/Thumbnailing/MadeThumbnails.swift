internal import ImageCodecs
package import ImageCore
package import ImageErrors

/// The result of a source whose outputs were made.
package struct MadeThumbnails {
  /// As stored, before orientation.
  package let sourceSize: PixelSize
  package let sourceByteCount: Int
  /// Size of each output, made or not.
  package let sizes: [PixelSize]
  /// Each output; nil if it was not made.
  package let files: [File?]
  /// Number of the decoder's warnings. Tolerated damage counts as one.
  package let warningCount: Int
  /// In the decoder's wording; empty without warnings.
  package let firstWarning: String
  package let notes: [ConversionNotice]
  /// Number of threads that decoded it.
  package let decodingThreads: Int
  package let times: StageTimes
  package let cpuTimes: StageTimes

  package struct File {
    package let format: ImageFormat
    package let byteCount: Int
    package let isOpaque: Bool
    package let fingerprints: ImageFingerprints
    /// Of a lossy file, if the options limit the bytes of outputs.
    package let quality: Int?
  }

  init(
    _ source: borrowing LoadedSource, _ files: [File?], _ report: DecodeReport, decodingThreads: Int,
    _ clock: StageClock
  ) {
    sourceSize = source.sourceSize
    sourceByteCount = source.byteCount
    sizes = source.plan.outputs.map(\.placement.canvas)
    self.files = files
    warningCount = report.warningCount + (report.damage == nil ? 0 : 1)
    firstWarning = report.damage?.message ?? report.firstNote
    let planned = source.plan.notes
    notes = planned + (source.metadata?.notes(source.plan) ?? []).filter { !planned.contains($0) }
    self.decodingThreads = decodingThreads
    times = clock.times
    cpuTimes = clock.cpuTimes
  }
}
