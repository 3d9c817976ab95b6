internal import Codecs
package import Imaging
package import SystemPackage

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
      if try OutputFile.mustBeSkipped(job.output, existing: recipe.existing) { return .ended(.skipped(.exists)) }
      return .planned(try preview(of: job.source))
    } catch {
      return .ended(.failed(error))
    }
  }

  /// The sizes of a picture before and after.
  package func preview(of source: FilePath) throws(JobError) -> PicturePreview {
    let header = try reader.read(source).header
    // The format decides about decoding and encoding, not about sizes.
    let plan = ThumbnailPlan(header, recipe: recipe, format: header.format)
    return PicturePreview(sourceSize: header.size, outputSize: plan.outputs[0].placement.canvas)
  }
}

/// What would become of a picture, by its header alone.
package struct PicturePreview: Hashable, Sendable {
  /// As stored, before orientation.
  package var sourceSize: PixelSize
  package var outputSize: PixelSize

  package init(sourceSize: PixelSize, outputSize: PixelSize) {
    self.sourceSize = sourceSize
    self.outputSize = outputSize
  }
}
