internal import Batch
internal import Imaging

// Lines for people about single pictures that went well.

/// "dogs/a.jpg -> thumbs/a.jpg: 4000x3000 -> 256x192, 812 kB -> 9.1 kB, 14.1 ms".
func writtenLine(_ job: Job, _ picture: WrittenPicture) -> String {
  let time = Stage.allCases.reduce(Duration.zero) { $0 + picture.times[$1] }
  return "\(paths(job)): \(sizes(picture.sourceSize, picture.outputSize)), "
    + "\(humanByteCount(picture.sourceByteCount)) -> \(humanByteCount(picture.outputByteCount)), "
    + "\(threeDigits(time.inSeconds * 1000)) ms"
}

/// What `--dry-run` says: "dogs/a.jpg -> thumbs/a.jpg: 4000x3000 -> 256x192".
func plannedLine(_ job: Job, _ preview: PicturePreview) -> String {
  "\(paths(job)): \(sizes(preview.sourceSize, preview.outputSize))"
}

/// "skipped dogs/a.jpg: thumbs/a.jpg is there already".
func skippedLine(_ job: Job, _ reason: SkipReason) -> String {
  let why =
    switch reason {
    case .exists: "\(job.output.forTerminal) is there already"
    case .upToDate: "\(job.output.forTerminal) is up to date"
    case .notFailed: "it is not one that failed"
    }
  return "skipped \(job.sourceForTerminal): \(why)"
}

private func paths(_ job: Job) -> String { "\(job.sourceForTerminal) -> \(job.output.forTerminal)" }

private func sizes(_ source: PixelSize, _ output: PixelSize) -> String {
  "\(source.width)x\(source.height) -> \(output.width)x\(output.height)"
}
