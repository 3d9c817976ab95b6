internal import BatchEngine
internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

// Lines for people about single images without errors.

/// "dogs/a.jpg -> thumbs/a.jpg: 4000x3000 -> 256x192, 812 kB -> 9.1 kB, 14.1 ms", one line per output. The time is that of all
/// outputs. Before it is the quality, as in "quality 63", if it was chosen. Where the output was made before, the reason for
/// making it again follows.
func writtenLines(_ job: Job, _ image: WrittenImage) -> [String] {
  let time = Stage.allCases.reduce(Duration.zero) { $0 + image.times[$1] }
  return zip(job.outputs, image.outputs).map { output, result in
    if let reason = result.skipped { return skippedLine(job, output, reason) }
    return "\(paths(job, output)): \(sizes(image.sourceSize, result.size)), "
      + "\(humanByteCount(image.sourceByteCount)) -> \(humanByteCount(result.byteCount)), "
      + (result.quality.map { "quality \($0), " } ?? "")
      + "\(threeDigits(time.inSeconds * 1000)) ms" + (output.redo?.description ?? "")
  }
}

/// The lines of `--dry-run`: "dogs/a.jpg -> thumbs/a.jpg: 4000x3000 -> 256x192".
/// - Parameter hasReasons: whether to add the reason where an output is made again.
func plannedLines(_ job: Job, _ preview: ImagePreview, hasReasons: Bool) -> [String] {
  zip(job.outputs, preview.outputs).map { output, result in
    if let reason = result.skipped { return skippedLine(job, output, reason) }
    let target = result.format == nil ? output.possibleNames : output.path.forTerminal
    return "\(job.sourceForTerminal) -> \(target): \(sizes(preview.sourceSize, result.size))"
      + (hasReasons ? output.redo?.description ?? "" : "")
  }
}

/// "skipped dogs/a.jpg: thumbs/a.jpg is there already".
func skippedLines(_ job: Job, _ reason: SkipReason) -> [String] {
  if reason == .notFailed { return [skippedLine(job, job.outputs[0], reason)] }
  return job.outputs.map { skippedLine(job, $0, $0.skipReason ?? reason) }
}

private func skippedLine(_ job: Job, _ output: JobOutput, _ reason: SkipReason) -> String {
  let why =
    switch reason {
    case .exists: "\(output.path.forTerminal) is there already"
    case .upToDate: "\(output.path.forTerminal) is up to date"
    case .notFailed: "it is not one that failed"
    }
  return "skipped \(job.sourceForTerminal): \(why)"
}

private func paths(_ job: Job, _ output: JobOutput) -> String {
  "\(job.sourceForTerminal) -> \(output.path.forTerminal)"
}

extension JobOutput {
  /// Both names of an output whose format is not known yet: "thumbs/a.{jpg,png}".
  fileprivate var possibleNames: String {
    let names = candidates.map(\.path)
    guard let first = names[0].extension, let other = names.last?.extension, names.count == 2,
      let stem = names[0].stem, stem == names[1].stem,
      names[0].removingLastComponent() == names[1].removingLastComponent()
    else { return names.map(\.forTerminal).joined(separator: " or ") }
    var path = names[0]
    path.extension = "{\(first),\(other)}"
    return path.forTerminal
  }
}

private func sizes(_ source: PixelSize, _ output: PixelSize) -> String {
  "\(source.width)x\(source.height) -> \(output.width)x\(output.height)"
}

extension RedoReason {
  fileprivate var description: String {
    let reason =
      switch self {
      case .sourceChanged: "the source changed"
      case .optionsChanged: "the options changed"
      case .otherVersion: "another version of imgbatch made it"
      case .outputMissing: "the output was missing"
      case .outputChanged: "the output was changed"
      case .failedBefore: "it failed before"
      }
    return "; made again: \(reason)"
  }
}
