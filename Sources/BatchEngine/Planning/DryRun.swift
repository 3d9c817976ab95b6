internal import ImageCodecs
package import ImageCore
package import ImageErrors
package import RunState
package import SystemPackage
package import Thumbnailing

/// Predicts the results of jobs from the headers alone (`--dry-run`). Each worker has its own.
package final class DryRun {
  private let options: ThumbnailOptions
  private let reader: HeaderReader

  package init(options: ThumbnailOptions) {
    self.options = options
    reader = HeaderReader(limits: options.limits)
  }

  /// The predicted result of a job.
  package enum DryRunResult: Hashable, Sendable {
    case planned(ImagePreview)
    /// The job would be skipped or fail.
    case finished(Outcome)
  }

  package func result(of job: Job) -> DryRunResult {
    if let refusal = job.refusal { return .finished(.failed(refusal)) }
    do throws(JobError) {
      var reasons: [SkipReason?] = []
      for output in job.outputs {
        let isThere = try OutputFile.mustBeSkipped(output, existing: options.existing)
        reasons.append(output.skipReason ?? (isThere ? .exists : nil))
      }
      if let reason = reasons[0], reasons.allSatisfy({ $0 != nil }) { return .finished(.skipped(reason)) }
      var preview = try preview(of: job.source, formats: job.outputs.map(\.format))
      for index in reasons.indices where reasons[index] != nil {
        preview.outputs[index].skipped = reasons[index]
        preview.outputs[index].format = nil
      }
      return .planned(preview)
    } catch {
      return .finished(.failed(error))
    }
  }

  /// The sizes of an image and its outputs.
  /// - Parameter formats: formats of the outputs; if nil, the one that the source's format becomes.
  package func preview(of source: FilePath, formats: [ImageFormat]? = nil) throws(JobError) -> ImagePreview {
    let whole = try reader.read(source).header
    let header = whole.chosen(for: options)
    let same = [ImageFormat](repeating: header.format.outputFormat, count: max(1, options.sizes.count))
    let plan = ThumbnailPlan(header, options: options, formats: formats ?? same)
    try plan.checkSides()
    return ImagePreview(
      sourceSize: whole.size,
      outputs: plan.outputs.map { output in
        OutputResult(
          size: output.placement.canvas, byteCount: 0, format: output.translucent == nil ? output.encode.format : nil)
      })
  }
}

/// The predicted outputs of an image, from its header alone.
package struct ImagePreview: Hashable, Sendable {
  /// Stored size, before the orientation is applied.
  package var sourceSize: PixelSize
  /// In the order of the job's outputs, with a byte count of 0, and without a format where the pixels decide it.
  package var outputs: [OutputResult]

  package init(sourceSize: PixelSize, outputs: [OutputResult]) {
    self.sourceSize = sourceSize
    self.outputs = outputs
  }
}
