internal import ImageCore
package import RunState
package import SystemSupport
internal import TextFormatting

/// A run as its last line tells it.
package struct RunSummary: Sendable {
  package var tally: Tally
  /// Pictures found; those that were not begun are the difference to the tally.
  package var inputs: Int
  package var wallTime: Duration
  package var usage: ResourceUsage

  package init(tally: Tally, inputs: Int, wallTime: Duration, usage: ResourceUsage) {
    self.tally = tally
    self.inputs = inputs
    self.wallTime = wallTime
    self.usage = usage
  }

  package var notStarted: Int { tally.notStarted(of: inputs) }

  /// The sentence for people: "59 written, 2 failed in 1.2 s (49.2 pictures/s, 48 MB read, 0.9 MB written)".
  package var text: String {
    var parts = tally.planned > 0 ? ["\(tally.planned) would be written"] : ["\(tally.written) written"]
    if tally.skipped > 0 { parts.append("\(tally.skipped) skipped") }
    if tally.failed > 0 { parts.append("\(tally.failed) failed") }
    if notStarted > tally.planned { parts.append("\(notStarted - tally.planned) not started") }
    var text = parts.joined(separator: ", ") + " in \(decimalSeconds(wallTime, places: 2)) s"
    if tally.written > 0 {
      text += " (\(threeDigits(Double(tally.written) / wallTime.inSeconds)) pictures/s, "
      text += "\(humanByteCount(tally.sourceByteCount)) read, \(humanByteCount(tally.outputByteCount)) written)"
    }
    if tally.warned > 0 { text += "; \(tally.warned) with decoder warnings, see --verbose" }
    let noted = PictureNote.allCases.compactMap { note in
      tally.notes[note].map { note.counted($0) }
    }
    if !noted.isEmpty { text += "; " + noted.joined(separator: ", ") }
    return text
  }
}

extension PictureNote {
  fileprivate func counted(_ count: Int) -> String {
    switch self {
    case .gainMap: "the gain maps of \(count) were dropped"
    case .frames: "of \(count) animated only the still picture was used"
    case .profile: "\(count) lost a profile that is not sRGB, use --icc srgb"
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
