import ColorManagement
import TestSupport
import Testing

@testable import ImageCore
@testable import Thumbnailing

@Suite struct ChunkOrderTests {
  @Test(arguments: PNGChunkOrders.colorTypes)
  func `no order of a PNG's chunks causes an internal error, and all modes agree`(colorType: Int) throws {
    let folder = try TemporaryFolder()
    let modes = try AllModes(folder)
    let orders = PNGChunkOrders(colorType: colorType, profile: try ColorCases.rgb(.power(1.8)))
    var files = permutations(["IHDR", "PLTE", "tRNS", "IDAT"]).map(orders.file)
    for others in [
      ["tRNS", "PLTE", "gAMA", "IDAT"], ["iCCP", "cICP", "sRGB", "IDAT"], ["PLTE", "tRNS", "PLTE", "hIST"],
    ] {
      files += permutations(others).map { orders.file(["IHDR"] + $0 + ["IDAT"]) }
    }
    var options = ThumbnailOptions()
    options.profile = .srgb
    for (format, color) in [(ImageFormat.png, ColorRequest.asSource), (.jpeg, .gray)] {
      options.color = color
      let results = try modes.results(files, format, options)
      let bad = results.filter { $0.outcome.contains("internal") || $0.outcome.contains("crashed") }
      #expect(bad.isEmpty, "\(bad.prefix(2))")
      #expect(results.contains { $0.outcome.hasPrefix("written") })
    }
  }
}
