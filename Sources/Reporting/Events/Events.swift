package import BatchEngine
internal import ImageCore
package import ImageErrors
package import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// The events of `--json`, one JSON object per line. Scripts rely on them: fields are added, never renamed.
package enum Events {
  /// The version of these objects. It increases when a field changes its meaning.
  private static let schema = 1

  /// The first line of a run.
  /// - Parameter inputs: the number of inputs; nil while a list is still being read.
  package static func start(version: String, mode: ExecutionMode, workers: Int, inputs: Int?) -> String {
    var line = JSONObjectWriter()
    line.add("event", "start")
    line.add("schema", schema)
    line.add("version", version)
    line.add("mode", mode.rawValue)
    line.add("jobs", workers)
    line.add("inputs", inputs)
    return line.text
  }

  /// A warning about the run as a whole.
  package static func warning(code: String, _ message: String) -> String {
    var line = JSONObjectWriter()
    line.add("event", "warning")
    line.add("code", code)
    line.add("message", message)
    return line.text
  }

  /// One line for each output of an ended image; a single line without an output where it failed.
  package static func file(_ job: Job, _ outcome: Outcome, advice: Advice) -> [String] {
    switch outcome {
    case .written(let image):
      return zip(job.outputs, image.outputs).map { output, result in
        if let reason = result.skipped { return skipped(job, output, reason) }
        return written(job, output, image, result)
      }
    case .skipped(let reason): return job.outputs.map { skipped(job, $0, $0.skipReason ?? reason) }
    case .failed(let error):
      // A failed input has no valid output from this run, so none is named.
      var line = fileLine(job)
      line.add("status", "failed")
      line.add("error", object(error, advice))
      return [line.text]
    }
  }

  private static func fileLine(_ job: Job) -> JSONObjectWriter {
    var line = JSONObjectWriter()
    line.add("event", "file")
    if let address = job.shownAddress { line.add("source", address) } else { line.add("source", path: job.source) }
    return line
  }

  private static func written(
    _ job: Job, _ output: JobOutput, _ image: WrittenImage, _ result: OutputResult
  ) -> String {
    var line = fileLine(job)
    line.add("output", path: output.path)
    if job.address != nil, job.source != output.path { line.add("original", path: job.source) }
    line.add("status", "written")
    addSizes(&line, image.sourceSize, result.size)
    line.add("sourceBytes", image.sourceByteCount)
    line.add("outputBytes", result.byteCount)
    if let quality = result.quality { line.add("quality", quality) }
    line.add("warnings", image.warningCount)
    if image.warningCount > 0 { line.add("warning", image.firstWarning) }
    if !image.notes.isEmpty { line.add("notes", texts: image.notes.map(\.rawValue)) }
    line.add("seconds", stages(image.times))
    if let reason = output.redo { line.add("redo", reason.rawValue) }
    return line.text
  }

  private static func skipped(_ job: Job, _ output: JobOutput, _ reason: SkipReason) -> String {
    var line = fileLine(job)
    line.add("output", path: output.path)
    line.add("status", "skipped")
    line.add("reason", reason.rawValue)
    return line.text
  }

  /// The events of `--dry-run` for an image that would be written, one for each output.
  package static func planned(_ job: Job, _ preview: ImagePreview) -> [String] {
    zip(job.outputs, preview.outputs).map { output, result in
      if let reason = result.skipped { return skipped(job, output, reason) }
      var line = fileLine(job)
      line.add("output", path: output.path)
      if result.format == nil, let other = output.alternative { line.add("outputIfTransparent", path: other.path) }
      line.add("status", "planned")
      addSizes(&line, preview.sourceSize, result.size)
      line.add("sourceBytes", job.sourceByteCount)
      if let reason = output.redo { line.add("redo", reason.rawValue) }
      return line.text
    }
  }

  private static func addSizes(_ line: inout JSONObjectWriter, _ source: PixelSize, _ output: PixelSize) {
    line.add("sourceWidth", source.width)
    line.add("sourceHeight", source.height)
    line.add("width", output.width)
    line.add("height", output.height)
  }

  /// The last line of a run.
  package static func summary(_ summary: RunSummary) -> String {
    var line = JSONObjectWriter()
    line.add("event", "summary")
    line.add("inputs", summary.inputs)
    line.add("written", summary.statistics.written)
    line.add("skipped", summary.statistics.skipped)
    line.add("failed", summary.statistics.failed)
    line.add("notStarted", summary.notStarted)
    if summary.statistics.planned > 0 { line.add("planned", summary.statistics.planned) }
    line.add("outputs", summary.statistics.outputs)
    line.add("seconds", seconds: summary.wallTime)
    line.add("cpuSeconds", seconds: summary.usage.cpuTime)
    line.add("peakBytes", summary.usage.peakByteCount)
    if summary.reading.readers > 0 {
      line.add("readers", summary.reading.readers)
      line.add("storageShare", number: (summary.reading.share * 1000).rounded() / 1000)
    }
    if !summary.omitted.unreadable.isEmpty {
      var formats = JSONObjectWriter()
      for (format, count) in summary.omitted.unreadable.sorted(by: { $0.key < $1.key }) { formats.add(format, count) }
      line.add("unreadable", formats)
    }
    if !summary.omitted.folders.isEmpty {
      line.add("skippedFolders", texts: summary.omitted.folders.map { String(decoding: $0) })
    }
    return line.text
  }

  private static func object(_ error: JobError, _ advice: Advice) -> JSONObjectWriter {
    var object = JSONObjectWriter()
    object.add("stage", error.stage.rawValue)
    object.add("code", error.code.rawValue)
    object.add("message", error.text(advice))
    return object
  }

  private static func stages(_ times: StageTimes) -> JSONObjectWriter {
    var object = JSONObjectWriter()
    for stage in times.reported {
      object.add(stage.rawValue, seconds: times[stage])
    }
    return object
  }
}
