internal import ImageCodecs
package import ImageCore
package import ImageErrors
package import RunState
package import SystemPackage
package import Thumbnailing

/// Tells what would become of pictures, by their headers alone (`--dry-run`). One serves one worker.
package final class Previewer {
  private let recipe: Recipe
  private let reader: HeaderReader

  package init(recipe: Recipe) {
    self.recipe = recipe
    reader = HeaderReader(limits: recipe.limits)
  }

  /// What would become of a job, as far as that can be told.
  package enum Prospect: Hashable, Sendable {
    case planned(PicturePreview)
    /// Skipped or failed already.
    case ended(Outcome)
  }

  package func prospect(of job: Job) -> Prospect {
    if let refusal = job.refusal { return .ended(.failed(refusal)) }
    do throws(JobError) {
      var settled: [SkipReason?] = []
      for output in job.outputs {
        let isThere = try OutputFile.mustBeSkipped(output.file, existing: recipe.existing)
        settled.append(output.settled ?? (isThere ? .exists : nil))
      }
      if let reason = settled[0], settled.allSatisfy({ $0 != nil }) { return .ended(.skipped(reason)) }
      var preview = try preview(of: job.source, formats: job.outputs.map(\.format))
      for place in settled.indices { preview.outputs[place].skipped = settled[place] }
      return .planned(preview)
    } catch {
      return .ended(.failed(error))
    }
  }

  /// The sizes of a picture before and after.
  /// - Parameter formats: of the outputs; those of the source if nil.
  package func preview(of source: FilePath, formats: [ImageFormat]? = nil) throws(JobError) -> PicturePreview {
    let header = try reader.read(source).header
    let same = [ImageFormat](repeating: header.format, count: max(1, recipe.sizes.count))
    let plan = ThumbnailPlan(header, recipe: recipe, formats: formats ?? same)
    try plan.checkSides()
    return PicturePreview(
      sourceSize: header.size, outputs: plan.outputs.map { OutputResult(size: $0.placement.canvas, byteCount: 0) })
  }
}

/// What would become of a picture, by its header alone.
package struct PicturePreview: Hashable, Sendable {
  /// As stored, before orientation.
  package var sourceSize: PixelSize
  /// In the order of the job's outputs, without bytes.
  package var outputs: [OutputResult]

  package init(sourceSize: PixelSize, outputs: [OutputResult]) {
    self.sourceSize = sourceSize
    self.outputs = outputs
  }
}
