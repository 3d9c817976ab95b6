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
  package var wallTime: Duration
  package var usage: ResourceUsage

  package init(statistics: RunStatistics, inputs: Int, wallTime: Duration, usage: ResourceUsage) {
    self.statistics = statistics
    self.inputs = inputs
    self.wallTime = wallTime
    self.usage = usage
  }

  package var notStarted: Int { statistics.notStarted(of: inputs) }

  /// The summary for people: "59 written, 2 failed in 1.2 s (49.2 pictures/s, 48 MB read, 0.9 MB written)".
  package func text(_ advice: Advice) -> String {
    var parts = statistics.planned > 0 ? ["\(statistics.planned) would be written"] : ["\(statistics.written) written"]
    if statistics.skipped > 0 { parts.append("\(statistics.skipped) skipped") }
    if statistics.failed > 0 { parts.append("\(statistics.failed) failed") }
    if notStarted > statistics.planned { parts.append("\(notStarted - statistics.planned) not started") }
    var text = parts.joined(separator: ", ") + " in \(decimalSeconds(wallTime, places: 2)) s"
    if statistics.written > 0 {
      text += " (\(threeDigits(Double(statistics.written) / wallTime.inSeconds)) pictures/s, "
      text +=
        "\(humanByteCount(statistics.sourceByteCount)) read, \(humanByteCount(statistics.outputByteCount)) written)"
    }
    if statistics.warned > 0 { text += "; \(statistics.warned) with decoder warnings, \(advice(.showWarnings))" }
    let noted = ConversionNotice.allCases.compactMap { note in
      statistics.notes[note].map { note.counted($0) + (note.hint.map { ", \(advice($0))" } ?? "") }
    }
    if !noted.isEmpty { text += "; " + noted.joined(separator: ", ") }
    return text
  }
}

extension ConversionNotice {
  fileprivate func counted(_ count: Int) -> String {
    switch self {
    case .gainMap: "the gain maps of \(count) were dropped"
    case .frames: "of \(count) animated only the still picture was used"
    case .profile: "\(count) lost a profile that is not sRGB"
    case .metadata: "\(count) lost part of their metadata"
    case .video: "the videos of \(count) motion photos were dropped"
    case .inks: "\(count) in CMYK without a profile have approximate colours"
    case .damagedProfile: "the damaged color profiles of \(count) were dropped"
    case .furtherProfiles: "of \(count) with several color profiles only the first was used"
    case .unfittingProfile: "\(count) lost a color profile that is for another kind of image"
    case .converted: "\(count) were converted to sRGB, since the output cannot have their color space"
    case .colorSpace: "\(count) lost a color space that the output cannot have"
    case .unconverted: "the colors of \(count) could not be converted to sRGB"
    }
  }
}
