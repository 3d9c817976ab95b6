import Codecs
import Imaging
import SystemPackage
import Testing

@testable import Batch

@Suite struct WireTests {
  private func again(_ recipe: Recipe) throws -> Recipe {
    var writer = WireWriter()
    recipe.write(to: &writer)
    var reader = WireReader(writer.bytes)
    let result = try Recipe(from: &reader)
    try reader.end()
    return result
  }

  @Test func `every form of size comes over`() throws {
    var recipe = Recipe()
    for size in [nil, SizeRequest.box(width: 3, height: 70_000), .width(9), .height(8), .percent(12.5)] {
      recipe.size = size
      #expect(try again(recipe) == recipe)
    }
  }

  @Test func `a job comes over with every byte of its names`() throws {
    let job = Job(
      index: 77, source: FilePath(bytes: [0x2F, 0x63, 0xE9, 0x0A]), output: FilePath(bytes: [0xFF, 0x2E, 0x6A]),
      format: .png, sourceByteCount: 1 << 40)
    var writer = WireWriter()
    job.write(to: &writer)
    var reader = WireReader(writer.bytes)
    let same = try Job(from: &reader)
    try reader.end()
    #expect(same.index == 77 && same.source.bytes == job.source.bytes && same.output.bytes == job.output.bytes)
    #expect(same.format == .png && same.sourceByteCount == 1 << 40)
  }

  @Test func `every kind of outcome comes over, and no prefix of one is taken for another`() throws {
    var times = StageTimes()
    times[.decode] = .nanoseconds(1_234_567)
    times[.write] = .seconds(3)
    var cpuTimes = StageTimes()
    cpuTimes[.read] = .nanoseconds(17)
    let outcomes: [Outcome] = [
      .written(
        WrittenPicture(
          sourceSize: PixelSize(width: 4000, height: 3000), outputSize: PixelSize(width: 256, height: 192),
          sourceByteCount: 99, outputByteCount: 11, warningCount: 2, firstWarning: "wörds", times: times,
          cpuTimes: cpuTimes)),
      .skipped(.exists), .skipped(.upToDate), .skipped(.notFailed),
      .failed(JobError(stage: .resize, code: .limitMemory, message: "no \u{1B} room")),
    ]
    for outcome in outcomes {
      var writer = WireWriter()
      outcome.write(to: &writer)
      var reader = WireReader(writer.bytes)
      #expect(try Outcome(from: &reader) == outcome)
      try reader.end()
      for count in 0..<writer.bytes.count {
        var cut = WireReader(Array(writer.bytes.prefix(count)))
        #expect(throws: WireError.self) { _ = try Outcome(from: &cut) }
      }
    }
  }
}
