internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

// Encoding of options and outcomes for worker processes, field by field, with writer and reader side by side. OptionFields.swift
// lists the fields of the options.

extension ThumbnailOptions {
  func write(to wire: inout WireWriter) { for field in ThumbnailOptions.fields { field.write(self, &wire) } }

  init(from wire: inout WireReader) throws(WireError) {
    self.init()
    for field in ThumbnailOptions.fields { try field.read(&self, &wire) }
  }
}

extension SizeRequest {
  func write(to wire: inout WireWriter) {
    switch self {
    case .box(let width, let height): for value in [1, width, height] { wire.write(value) }
    case .width(let width): for value in [2, width] { wire.write(value) }
    case .height(let height): for value in [3, height] { wire.write(value) }
    case .percent(let percent):
      wire.write(4)
      wire.write(percent)
    }
  }

  init(from wire: inout WireReader) throws(WireError) {
    switch try wire.integer() {
    case 1: self = .box(width: try wire.integer(), height: try wire.integer())
    case 2: self = .width(try wire.integer())
    case 3: self = .height(try wire.integer())
    case 4: self = .percent(try wire.double())
    default: throw WireError()
    }
  }
}

extension Outcome {
  func write(to wire: inout WireWriter) {
    switch self {
    case .written(let image):
      wire.write("written")
      for value in [
        image.sourceSize.width, image.sourceSize.height, image.sourceByteCount, image.outputs.count,
      ] { wire.write(value) }
      for output in image.outputs {
        for value in [output.size.width, output.size.height, output.byteCount] { wire.write(value) }
        wire.write(output.skipped?.rawValue ?? "")
        wire.write(output.format?.rawValue ?? "")
        wire.write(output.isOpaque ? 1 : 0)
        wire.write(output.quality ?? 0)
        output.fingerprints.write(to: &wire)
      }
      wire.write(image.warningCount)
      wire.write(image.firstWarning)
      wire.write(image.notes.count)
      for note in image.notes { wire.write(note.rawValue) }
      wire.write(image.decodingWorkers)
      for times in [image.times, image.cpuTimes] {
        for stage in Stage.allCases { wire.write(times[stage].nanoseconds) }
      }
    case .skipped(let reason):
      wire.write("skipped")
      wire.write(reason.rawValue)
    case .failed(let error):
      wire.write("failed")
      for text in [error.stage.rawValue, error.code.rawValue, error.message, error.hint?.rawValue ?? ""] {
        wire.write(text)
      }
    }
  }

  init(from wire: inout WireReader) throws(WireError) {
    switch try wire.text() {
    case "written":
      let sourceSize = try wire.size()
      let sourceByteCount = try wire.integer()
      var outputs: [OutputResult] = []
      for _ in 0..<(try wire.count()) {
        var output = OutputResult(
          size: try wire.size(), byteCount: try wire.integer(), skipped: try wire.optional(SkipReason.self),
          format: try wire.optional(ImageFormat.self))
        output.isOpaque = try wire.integer(in: 0...1) == 1
        let quality = try wire.integer(in: 0...100)
        output.quality = quality > 0 ? quality : nil
        output.fingerprints = try ImageFingerprints(from: &wire)
        outputs.append(output)
      }
      guard !outputs.isEmpty else { throw WireError() }
      var image = WrittenImage(
        sourceSize: sourceSize, sourceByteCount: sourceByteCount, outputs: outputs,
        warningCount: try wire.integer(), firstWarning: try wire.text(), times: StageTimes(), cpuTimes: StageTimes())
      for _ in 0..<(try wire.count()) { image.notes.append(try wire.value(ConversionNotice.self)) }
      image.decodingWorkers = try wire.integer()
      for stage in Stage.allCases { image.times[stage] = .nanoseconds(try wire.integer()) }
      for stage in Stage.allCases { image.cpuTimes[stage] = .nanoseconds(try wire.integer()) }
      self = .written(image)
    case "skipped": self = .skipped(try wire.value(SkipReason.self))
    case "failed":
      self = .failed(
        JobError(
          stage: try wire.value(Stage.self), code: try wire.value(ErrorCode.self), message: try wire.text(),
          hint: try wire.optional(Hint.self)))
    default: throw WireError()
    }
  }
}

extension ImageFingerprints {
  fileprivate func write(to wire: inout WireWriter) {
    wire.write(color.map { Int($0) } ?? -1)
    wire.write(thumbHash)
    wire.write(differenceHash == nil ? 0 : 1)
    wire.write(Int(Int64(bitPattern: differenceHash ?? 0)))
  }

  fileprivate init(from wire: inout WireReader) throws(WireError) {
    self.init()
    let level = try wire.integer(in: -1...0xFF_FFFF)
    color = level < 0 ? nil : UInt32(level)
    thumbHash = try wire.string()
    guard thumbHash.count <= ImageFingerprints.maxThumbHashByteCount else { throw WireError() }
    let hasHash = try wire.integer(in: 0...1) == 1
    let hash = UInt64(bitPattern: Int64(try wire.integer()))
    differenceHash = hasHash ? hash : nil
  }

  /// 6 bytes, and 4 bits for each of at most 27, 5, 5 and 14 coefficients.
  private static let maxThumbHashByteCount = 32
}

extension WireReader {
  /// The number of elements of a list.
  mutating func count() throws(WireError) -> Int {
    let count = try integer()
    guard (0...1000).contains(count) else { throw WireError() }
    return count
  }

  fileprivate mutating func size() throws(WireError) -> PixelSize {
    let width = try integer()
    let height = try integer()
    guard (1...Int(Int32.max)).contains(width), (1...Int(Int32.max)).contains(height) else { throw WireError() }
    return PixelSize(width: width, height: height)
  }
}
