package import BatchEngine
internal import ImageCodecs
internal import ImageCore
package import ImageErrors
package import RunState
package import SystemSupport
internal import TextFormatting

/// The content of a run's last line.
package struct RunSummary: Sendable {
  package var statistics: RunStatistics
  /// The number of images found. Those without an outcome were not started.
  package var inputs: Int
  /// Images and folders that are no inputs.
  package var omitted: OmittedInputs
  package var wallTime: Duration
  package var usage: ResourceUsage
  /// Whether a signal ended the run early.
  package var isInterrupted: Bool
  package var reading: ReadReport

  package init(
    statistics: RunStatistics, inputs: Int, omitted: OmittedInputs = OmittedInputs(), wallTime: Duration,
    usage: ResourceUsage, isInterrupted: Bool = false, reading: ReadReport = ReadReport()
  ) {
    self.statistics = statistics
    self.inputs = inputs
    self.omitted = omitted
    self.wallTime = wallTime
    self.usage = usage
    self.isInterrupted = isInterrupted
    self.reading = reading
  }

  package var notStarted: Int { statistics.notStarted(of: inputs) }

  /// The summary for people: "59 written, 2 failed in 1.2 s (49.2 images/s, 48 MB read, 0.9 MB written)".
  /// - Parameter verb: what happened to the images that the run made.
  package func text(_ advice: Advice, verb: String = "written") -> String {
    var parts = ["\(statistics.planned > 0 ? "\(statistics.planned) would be" : "\(statistics.written)") \(verb)"]
    if statistics.skipped > 0 { parts.append("\(statistics.skipped) skipped") }
    if statistics.failed > 0 { parts.append("\(statistics.failed) failed") }
    if notStarted > statistics.planned { parts.append("\(notStarted - statistics.planned) not started") }
    var text = (isInterrupted ? "interrupted: " : "") + parts.joined(separator: ", ") + " in \(elapsedTime(wallTime))"
    if statistics.written > 0 {
      text += " (\(threeDigits(Double(statistics.written) / wallTime.inSeconds)) images/s, "
      text +=
        "\(humanByteCount(statistics.sourceByteCount)) read, \(humanByteCount(statistics.outputByteCount)) written)"
    }
    if statistics.notFailed > 0, statistics.notFailed == statistics.finished { text += "; nothing had failed before" }
    if statistics.warned > 0 { text += "; \(statistics.warned) with decoder warnings" }
    if statistics.warned > RunReporter.maxShownWarnings { text += ", \(advice(.showWarnings))" }
    let noted = ConversionNotice.allCases.compactMap { note in
      statistics.notes[note].map { note.counted($0) + (note.hint.map { ", \(advice($0))" } ?? "") }
    }
    if !noted.isEmpty { text += "; " + noted.joined(separator: ", ") }
    return text
  }
}

extension ReadReport {
  /// How the sources were read and the outputs written, for people.
  package var text: String {
    let text =
      "\(readers == 0 ? "no readers" : counted(readers, "reader")); storage took \(percent(share)) of the images' time"
    return writers == 0 ? text : text + "; \(counted(writers, "writer")); writing took \(percent(writingShare))"
  }
}

/// As in "7 ms", "1.24 s" or "3 min 5 s".
func elapsedTime(_ time: Duration) -> String {
  let seconds = time.inSeconds
  if seconds < 0.9995 { return "\(max(1, Int((seconds * 1000).rounded()))) ms" }
  if seconds < 99.995 { return "\(decimalSeconds(time, places: 2)) s" }
  let whole = Int(seconds.rounded())
  return "\(whole / 60) min \(whole % 60) s"
}

extension OmittedInputs {
  /// What was left out, for people: a line for images and one for folders, each with a line end; empty if there is nothing.
  /// - Parameter isVerbose: whether to name each image, if they are listed.
  package func lines(isVerbose: Bool) -> String {
    var lines = isVerbose ? unreadableFiles.map { "left out \($0.path.forTerminal): \($0.format)" } : []
    if unreadableCount > 0 {
      let what =
        unreadableCount == 1 ? "1 image in another format was" : "\(unreadableCount) images in other formats were"
      lines.append("\(what) left out: \(formatCounts)\(installation.map { " (\($0))" } ?? "")")
    }
    if !folders.isEmpty {
      let shown = folders.prefix(5).map(\.forTerminal).joined(separator: ", ")
      let more = folders.count > 5 ? " and \(folders.count - 5) more" : ""
      lines.append("\(counted(folders.count, "folder")) of thumbnails not entered: \(shown)\(more)")
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension OmittedInputs {
  /// What would make more of them readable.
  private var installation: String? {
    ImageFormat.installation(of: ImageFormat.allCases.filter { unreadable[$0.name] != nil })
  }
}

extension ConversionNotice {
  fileprivate func counted(_ count: Int) -> String {
    switch self {
    case .gainMap: "the gain maps of \(count) were dropped"
    case .frames: "only the still image of \(count) animations was used"
    case .images: "only the first image of \(count) files with several was used"
    case .preview: "\(count) raw files have only smaller previews than the outputs asked for"
    case .profile: "\(count) lost a profile that is not sRGB"
    case .metadata: "\(count) lost part of their metadata"
    case .video: "the videos of \(count) motion photos were dropped"
    case .inks: "\(count) in CMYK without a profile have approximate colors"
    case .damagedProfile: "the damaged color profiles of \(count) were dropped"
    case .furtherProfiles: "only the first of several color profiles of \(count) was used"
    case .unfittingProfile: "\(count) lost a color profile for another kind of image"
    case .converted: "\(count) were converted to sRGB because the output format cannot store their color space"
    case .colorSpace: "\(count) lost a color space that the output format cannot store"
    case .unconverted: "the colors of \(count) could not be converted to sRGB"
    }
  }
}
