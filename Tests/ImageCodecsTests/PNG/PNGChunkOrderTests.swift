import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

@Suite("The chunks of a PNG in every order")
struct PNGChunkOrderTests {
  private let decoder = Decoder(pool: BufferPool())

  private func profile() throws -> [UInt8] {
    let bytes = try Places.sample("patterns/icc-srgb.jpg")
    let name = Array("ICC_PROFILE\0".utf8)
    let index = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
    return Array(bytes[(index + 14)..<(index - 2 + Int(bytes[index - 2]) << 8 + Int(bytes[index - 1]))])
  }

  private enum Result: Equatable {
    case pixels([Int], channels: Int, isSound: Bool)
    case refused(CodecError)
  }

  private func result(_ bytes: [UInt8]) -> Result {
    unsafe bytes.withUnsafeBytes { bytes in
      defer { decoder.finish() }
      do throws(CodecError) {
        _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
        let decoded = try decoder.decode(DecodeRequest())
        let isSound = decoded.report.damage == nil
        guard case .pixels(let plane) = decoded.unwrapped() else { return .refused(.broken("planes")) }
        return .pixels(plane.samples, channels: plane.channels, isSound: isSound)
      } catch {
        return .refused(error)
      }
    }
  }

  /// What is wrong with the result for a file: an internal error, or pixels other than libpng's; nil for nothing.
  private func fault(_ bytes: [UInt8]) -> String? {
    let plain = PlainPNG(bytes)
    switch (result(bytes), plain) {
    case (.refused(.broken(let text)), _): return "internal: \(text)"
    case (.refused, nil): return nil
    case (.refused(let error), .some): return "only libpng reads it: \(error)"
    case (.pixels, nil): return "only we read it"
    case (.pixels(let samples, let channels, let isSound), let plain?):
      guard isSound == plain.isSound, channels == plain.channels else { return "\(channels) channels, \(isSound)" }
      guard samples == plain.pixels.map({ Int($0) }) else { return "other pixels" }
      for room in PlaneRoom.allCases {
        guard let fast = fastPixels(bytes, like: plain, instructionSet: .current, room: room) else { continue }
        if !plain.isSound || fast != plain.pixels { return "other pixels of the own decoder, \(room)" }
      }
      return nil
    }
  }

  @Test(arguments: PNGChunkOrders.colorTypes)
  func `no order gives an internal error, or pixels other than libpng's`(colorType: Int) throws {
    let orders = PNGChunkOrders(colorType: colorType, profile: try profile())
    var faults: [String] = []
    var tried = 0
    func check(_ order: [String]) {
      tried += 1
      if let fault = fault(orders.file(order)) { faults.append("\(order): \(fault)") }
    }
    for count in 0...3 {
      for chosen in choices(count, of: PNGChunkOrders.names) {
        for order in permutations(chosen + ["IDAT"]) { check(["IHDR"] + order) }
      }
    }
    for chosen in choices(2, of: PNGChunkOrders.names) {
      for order in permutations(["IHDR"] + chosen + ["IDAT"]) { check(order) }
      // Each chunk twice, and IDAT in two places.
      for order in permutations(chosen + chosen) { check(["IHDR"] + order + ["IDAT"]) }
      check(["IHDR", chosen[0], "IDAT", chosen[1], "IDAT"])
    }
    #expect(faults.isEmpty, "\(faults.count): \(faults.prefix(3))")
    #expect(tried > 4000)
  }

  @Test func `a PLTE behind tRNS revokes the transparency of RGB, with a warning`() throws {
    let orders = PNGChunkOrders(colorType: 2, profile: try profile())
    let right = result(orders.file(["IHDR", "PLTE", "tRNS", "IDAT"]))
    let wrong = result(orders.file(["IHDR", "tRNS", "PLTE", "IDAT"]))
    let none = result(orders.file(["IHDR", "IDAT"]))
    guard case .pixels(let samples, channels: 4, isSound: true) = right else {
      Issue.record("\(right)")
      return
    }
    #expect(samples.prefix(8) == [0, 20, 40, 0, 60, 80, 100, 255])
    #expect(wrong == none && none != right)
    let bytes = orders.file(["IHDR", "tRNS", "PLTE", "IDAT"])
    try unsafe bytes.withUnsafeBytes { bytes in
      let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      #expect(header.decodedChannels == 3)
      let report = try decoder.decode(DecodeRequest()).report
      #expect(report.damage == nil && report.warningCount == 1 && report.firstNote.contains("tRNS"))
      decoder.finish()
    }
  }

  @Test func `colors are read only from valid chunks, the first of each`() throws {
    func colors(_ chunks: [[UInt8]]) throws -> (colors: PNGColorChunks, notes: [ConversionNotice]) {
      let start = PNGParts.signature + PNGParts.header(width: 1, height: 1, colorType: 2)
      let bytes = start + chunks.flatMap { $0 } + PNGParts.data([0, 1, 2, 3]) + PNGParts.end
      return try unsafe bytes.withUnsafeBytes { bytes in
        defer { decoder.finish() }
        let header = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
        return (header.colorChunks, header.notes)
      }
    }
    func damaged(_ chunk: [UInt8]) -> [UInt8] { chunk.dropLast() + [chunk[chunk.count - 1] ^ 1] }
    let (p3, rec2020) = (PNGParts.chunk("cICP", [12, 13, 0, 1]), PNGParts.chunk("cICP", [9, 13, 0, 1]))
    #expect(try colors([p3, rec2020]).colors.codePoints == [12, 13, 0, 1])
    #expect(try colors([damaged(p3), rec2020]).colors.codePoints == [9, 13, 0, 1])
    #expect(try colors([damaged(PNGParts.chunk("sRGB", [0]))]).colors.srgbIntent == nil)
    // libpng drops the other color chunks together with a profile that it rejects.
    let primaries: [UInt32] = [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000]
    let others = [PNGParts.gamma(50_000), PNGParts.chromaticities(primaries)]
    let refused = try colors([PNGParts.profile([UInt8](repeating: 7, count: 200))] + others)
    #expect(refused.colors.gamma == 50_000 && refused.colors.chromaticities == primaries)
    #expect(refused.notes == [.damagedProfile])
    #expect(try colors([PNGParts.profile([1])] + [PNGParts.gamma(0)]).colors == PNGColorChunks())
    #expect(try colors(others).notes == [])
  }
}
