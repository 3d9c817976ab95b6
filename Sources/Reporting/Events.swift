package import Batch
internal import Imaging

/// The events of `--json`, one object a line, as scripts rely on them: fields are added, never renamed.
package enum Events {
  /// The version of these objects; it grows when a field changes its meaning.
  private static let schema = 1

  /// The first line of a run.
  /// - Parameter inputs: nil while a list is still being read.
  package static func start(version: String, mode: ExecutionMode, workers: Int, inputs: Int?) -> String {
    var line = JSONLine()
    line.add("event", "start")
    line.add("schema", schema)
    line.add("version", version)
    line.add("mode", mode.rawValue)
    line.add("jobs", workers)
    line.add("inputs", inputs)
    return line.text
  }

  /// One line for each picture that ended.
  package static func file(_ job: Job, _ outcome: Outcome) -> String {
    var line = JSONLine()
    line.add("event", "file")
    if let address = job.address { line.add("source", address) } else { line.add("source", path: job.source) }
    switch outcome {
    case .written(let picture):
      line.add("output", path: job.output)
      if job.address != nil, job.source != job.output { line.add("original", path: job.source) }
      line.add("status", "written")
      line.add("sourceWidth", picture.sourceSize.width)
      line.add("sourceHeight", picture.sourceSize.height)
      line.add("width", picture.outputSize.width)
      line.add("height", picture.outputSize.height)
      line.add("sourceBytes", picture.sourceByteCount)
      line.add("outputBytes", picture.outputByteCount)
      line.add("warnings", picture.warningCount)
      if picture.warningCount > 0 { line.add("warning", picture.firstWarning) }
      line.add("seconds", stages(picture.times))
    case .skipped(let reason):
      line.add("output", path: job.output)
      line.add("status", "skipped")
      line.add("reason", reason.rawValue)
    case .failed(let error):
      // A failed input has no output from this run, so none is named.
      line.add("status", "failed")
      line.add("error", object(error))
    }
    return line.text
  }

  /// What `--dry-run` says of a picture that would be written.
  package static func planned(_ job: Job, _ preview: PicturePreview) -> String {
    var line = JSONLine()
    line.add("event", "file")
    line.add("source", path: job.source)
    line.add("output", path: job.output)
    line.add("status", "planned")
    line.add("sourceWidth", preview.sourceSize.width)
    line.add("sourceHeight", preview.sourceSize.height)
    line.add("width", preview.outputSize.width)
    line.add("height", preview.outputSize.height)
    line.add("sourceBytes", job.sourceByteCount)
    return line.text
  }

  /// The last line of a run.
  package static func summary(_ summary: RunSummary) -> String {
    var line = JSONLine()
    line.add("event", "summary")
    line.add("inputs", summary.inputs)
    line.add("written", summary.tally.written)
    line.add("skipped", summary.tally.skipped)
    line.add("failed", summary.tally.failed)
    line.add("notStarted", summary.notStarted)
    line.add("seconds", seconds: summary.wallTime)
    line.add("cpuSeconds", seconds: summary.usage.cpuTime)
    line.add("peakBytes", summary.usage.peakByteCount)
    return line.text
  }

  static func object(_ error: JobError) -> JSONLine {
    var object = JSONLine()
    object.add("stage", error.stage.rawValue)
    object.add("code", error.code.rawValue)
    object.add("message", error.message)
    return object
  }

  private static func stages(_ times: StageTimes) -> JSONLine {
    var object = JSONLine()
    for stage in times.told {
      object.add(stage.rawValue, seconds: times[stage])
    }
    return object
  }
}
