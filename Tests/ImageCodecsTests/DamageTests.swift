import TestSupport
import Testing

@testable import ImageCodecs
@testable import ImageCore

/// The outcome for a file: its report and its samples, or the error.
private enum Verdict {
  case pixels(DecodeReport, [UInt8])
  case refused(CodecError)

  init(_ bytes: [UInt8]) {
    let decoder = Decoder(pool: BufferPool())
    do {
      self = try unsafe bytes.withUnsafeBytes { bytes in
        defer { decoder.finish() }
        _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
        let decoded = try decoder.decode(DecodeRequest())
        let report = decoded.report
        switch decoded.image {
        case .pixels(let plane): return .pixels(report, ImageCodecsTests.pixels(of: plane))
        case .yCbCr(let planes): return .pixels(report, ImageCodecsTests.pixels(of: planes.luma))
        }
      }
    } catch {
      self = .refused(error as? CodecError ?? .broken("\(error)"))
    }
  }

  var samples: [UInt8]? {
    if case .pixels(_, let samples) = self { samples } else { nil }
  }

  /// The damage that makes the file fail by default.
  var damage: CodecError? {
    switch self {
    case .pixels(let report, _): report.damage
    case .refused(let error): error
    }
  }

  var note: String? {
    if case .pixels(let report, _) = self, report.damage == nil, report.warningCount > 0 {
      report.firstNote
    } else {
      nil
    }
  }
}

extension CodecError {
  fileprivate var text: String {
    switch self {
    case .truncated(let text), .corrupt(let text), .unsupported(let text): text
    default: "\(self)"
    }
  }

  fileprivate var isTruncated: Bool { if case .truncated = self { true } else { false } }
}

extension [UInt8] {
  /// The position of a marker, the first from `start` on.
  fileprivate func marker(_ code: UInt8, from start: Int = 0) throws -> Int {
    try #require((start..<count - 1).first { self[$0] == 0xFF && self[$0 + 1] == code })
  }
}

@Suite("Promise 16: damage is distinguished from harmless warnings by code") struct JPEGDamageTests {
  private let endMarker: [UInt8] = [0xFF, 0xD9]
  private let rex: [UInt8]
  private let luna: [UInt8]
  private let noise: [UInt8]

  init() throws {
    rex = try Places.sample("dogs/rex.jpg")
    luna = try Places.sample("dogs/luna.jpg")
    noise = try Places.sample("patterns/noise-restart.jpg")
  }

  @Test func `JWRN_HIT_MARKER: coded data that end before the image are damage`() {
    let damage = Verdict(rex.prefix(rex.count / 2) + endMarker).damage
    #expect(damage?.text.contains("premature end of data segment") == true)
    #expect(Verdict(Array(rex.prefix(rex.count / 2))).damage?.isTruncated == true)
  }

  @Test func `JWRN_HUFF_BAD_CODE: a code in no table is damage`() throws {
    let start = try noise.marker(0xDA) + 14
    let found = (0..<400).lazy.compactMap { step -> String? in
      var bytes = noise
      bytes.replaceSubrange(start + step..<start + step + 4, with: [0xFE, 0xFE, 0xFE, 0xFE])
      return Verdict(bytes).damage?.text
    }.first { $0.contains("bad Huffman code") }
    #expect(found != nil)
  }

  @Test func `JWRN_MUST_RESYNC: a restart marker out of order is damage`() throws {
    var bytes = noise
    bytes[try noise.marker(0xD1) + 1] = 0xD6
    #expect(Verdict(bytes).damage?.text.contains("instead of RST1") == true)
  }

  @Test func `JWRN_BOGUS_PROGRESSION: a repeated scan is damage`() throws {
    let scan = try luna.marker(0xDA)
    let next = try luna.marker(0xC4, from: scan)
    let again = luna[..<next] + luna[scan..<next] + luna[next...]
    #expect(Verdict(Array(again)).damage?.text.contains("Inconsistent progression") == true)
  }

  @Test func `JWRN_ARITH_BAD_CODE: impossible arithmetic codes are damage`() throws {
    #expect(Verdict(arithmetic).damage == nil)
    let start = try arithmetic.marker(0xDA) + 10
    let found = (0..<arithmetic.count - start - 6).lazy.compactMap { step -> String? in
      var bytes = arithmetic
      bytes.replaceSubrange(start + step..<start + step + 4, with: [0xFE, 0x01, 0xFE, 0x01])
      return Verdict(bytes).damage?.text
    }.first { $0.contains("bad arithmetic code") }
    #expect(found != nil)
  }

  @Test func `a progressive file whose scans end early is damaged without an end marker, else complete`() throws {
    let scans = JPEGParts(luna).scans
    try #require(scans.count > 5)
    for scan in scans.dropFirst() {
      let whole = Verdict(luna[..<scan.start] + endMarker)
      #expect(whole.note == "the scans end before the last details", "before the scan at \(scan.start)")
      // Truncated, or followed by other data.
      let trailer: [UInt8] = [1, 2, 0xFF, 0x27, 3] + endMarker
      for end in [[], trailer] {
        let cut = Verdict(luna[..<scan.start] + end)
        #expect(cut.damage?.text == "the scans end early" && cut.samples == whole.samples)
        #expect(cut.damage?.isTruncated == end.isEmpty)
      }
    }
    #expect(Verdict(luna).damage == nil && Verdict(luna).note == nil)
  }

  @Test func `a component without any scan is damage, even with an end marker`() throws {
    let scans = JPEGParts(luna).scans
    let luma = try #require(scans.first { $0.firstCoefficient > 0 })
    let withoutMeans = luna[..<scans[0].start] + luna[luma.start..<luma.data.upperBound] + endMarker
    #expect(Verdict(Array(withoutMeans)).damage != nil)
    // Each component in a separate scan, then without the last one.
    let apart = try sequentialInThreeScans()
    let parts = JPEGParts(apart)
    #expect(parts.scans.count == 3 && Verdict(apart).damage == nil && Verdict(apart).note == nil)
    let damage = Verdict(apart[..<parts.scans[2].start] + endMarker).damage
    #expect(damage?.text == "the scans end early: a component has none" && damage?.isTruncated == true)
  }

  @Test func `data behind the last scan in place of an end marker are noted, and all pixels are decoded`() throws {
    let trailers: [[UInt8]] = [
      rex, [0, 7, 0xFF, 0x27] + endMarker, [0xFF, 0xC0, 0, 2], [0xFF, 0xC4, 0, 5, 9, 9, 9], [0xFF, 0xDA, 0, 9, 9, 9],
      Array("SEFT".utf8), [0xFF, 0xE3, 0xFF, 0xFF],
    ]
    let multiple = try sequentialInThreeScans()
    for whole in [rex, luna, noise, multiple, try Places.sample("patterns/cmyk.jpg")] {
      for trailer in trailers {
        let verdict = Verdict(whole.dropLast(2) + trailer)
        #expect(verdict.note != nil, "\(trailer.prefix(8)): \(String(describing: verdict.damage))")
        let isSame = verdict.samples == Verdict(whole).samples
        #expect(isSame, "\(trailer.prefix(8))")
      }
    }
  }

  @Test func `a scan that cannot be decoded is damage, although its header counts it as known`() throws {
    let scans = JPEGParts(luna).scans
    let last = try #require(scans.last)
    #expect(last.componentCount == 1 && last.firstCoefficient > 0)
    // A table that no segment defines.
    var bytes = luna
    bytes[last.start + 6] = 0x33
    let damage = Verdict(bytes).damage
    #expect(damage?.text == "the scans end early" && damage?.isTruncated == false)
    #expect(Verdict(bytes).samples == Verdict(luna[..<last.start] + endMarker).samples)
  }

  /// 8x8 blocks of three components, each in a separate scan, all with one table.
  private func sequentialInThreeScans() throws -> [UInt8] {
    let quantization = [0xFF, 0xDB, 0, 67, 0] + [UInt8](repeating: 8, count: 64)
    let frame: [UInt8] = [0xFF, 0xC0, 0, 17, 8, 0, 24, 0, 24, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]
    // DC: sizes 0 and 4; AC: the end of a block. Codes of one and two bits.
    let dc: [UInt8] = [0xFF, 0xC4, 0, 21, 0x00, 1, 1] + [UInt8](repeating: 0, count: 14) + [0, 4]
    let ac: [UInt8] = [0xFF, 0xC4, 0, 20, 0x10, 1] + [UInt8](repeating: 0, count: 15) + [0]
    var file = [0xFF, 0xD8] + quantization + frame + dc + ac
    for component in UInt8(1)...3 {
      // 10 1xxx 0, then eight blocks of 0 0, padded with ones.
      file += [0xFF, 0xDA, 0, 8, 1, component, 0, 0, 63, 0]
      file += [0b1010_0000 | component << 2, 0, 0, 0x7F]
    }
    return file + endMarker
  }

  @Test func `JWRN_EXTRANEOUS_DATA: bytes between segments are noted`() throws {
    let table = try noise.marker(0xDB)
    let bytes = noise[..<table] + [0, 1, 2, 3] + noise[table...]
    #expect(Verdict(Array(bytes)).note?.contains("extraneous bytes before marker") == true)
    #expect(Verdict(Array(bytes)).samples == Verdict(noise).samples)
  }

  @Test(arguments: ["dogs/rex.jpg", "dogs/luna.jpg", "patterns/noise-restart.jpg", "patterns/cmyk.jpg"])
  func `JWRN_JPEG_EOF alone: a missing end marker is noted, and all pixels are decoded`(name: String) throws {
    let whole = try Places.sample(name)
    let verdict = Verdict(whole.dropLast(2))
    #expect(verdict.note?.contains("Premature end of JPEG file") == true)
    #expect(verdict.samples == Verdict(whole).samples)
  }

  @Test func `JFIF and Adobe oddities are noted`() throws {
    var bytes = noise
    bytes[try noise.marker(0xE0) + 9] = 7
    #expect(Verdict(bytes).note?.contains("unknown JFIF revision number 7") == true)
    #expect(Verdict(bytes).samples == Verdict(noise).samples)

    var inks = try Places.sample("patterns/cmyk.jpg")
    inks[try inks.marker(0xEE) + 15] = 9
    #expect(Verdict(inks).note?.contains("Adobe color transform code 9") == true)
  }

  @Test func `thousands of warnings are counted and one is reported`() throws {
    var bytes = noise
    for index in try bytes.marker(0xDA) + 40..<bytes.count - 2 where bytes[index] != 0xFF && bytes[index - 1] != 0xFF {
      bytes[index] ^= 0x55
    }
    let damage = try #require(Verdict(bytes).damage)
    #expect(!damage.text.contains("\n") && !damage.text.isEmpty)
  }

  /// 32x24 gray, arithmetic coding, made with `cjpeg -arithmetic`. libjpeg decodes it if it is built with arithmetic decoding.
  private let arithmetic: [UInt8] = {
    let digits = """
      ffd8ffe000104a46494600010100000100010000ffdb0043000d090a0b0a080d0b0a0b0e0e0d0f13201513121213271c1e17202e2931302e\
      292d2c333a4a3e333646372c2d405741464c4e525352323e5a615a50604a51524fffc9000b080018002001011100ffcc000600101005ffda\
      0008010100003f00ff00749ce4f580c19b5270dcc9ac73f3499e0629d4e1659cc2e610c927b2ebd6bebeb1077290242c6333500034bbd898\
      932a2cfe5ebb1283fe2561bf3893a87e4ba47edc5068fa71590681a801c06f322acbe53a0fa3a22d9c5f79ddac3c49e7ac29451d10a92795\
      d551f804e032e34a940ee97bd37cf5b6283180f72a457439b310258c8724fd40b59380df9a776307eff26000bc2df2568280690c8be0b162\
      66b77d1c76993827668b072fa3c75a5a68b31466e4d0f1e67ee3efad3f2864e730a6344c608b35d253259f54988519e8b216e2b301f64800\
      53a758da908d85f13fbc4167c55a96d5137686c074534bfbe9391ec423d3c25680ffd9
      """
    let nibbles = digits.utf8.map { $0 > 57 ? $0 - 87 : $0 - 48 }
    return stride(from: 0, to: nibbles.count, by: 2).map { nibbles[$0] << 4 | nibbles[$0 + 1] }
  }()
}

@Suite("Promise 16: damage of a PNG is distinguished from errors that affect no pixel") struct PNGDamageTests {
  private let width = 40, height = 30

  /// RGB rows without a filter. `change` modifies the chunks.
  private func file(_ change: (inout [(name: String, body: [UInt8])]) -> Void = { _ in }) -> [UInt8] {
    var chunks = [(name: "IDAT", body: PNGBuilder.stored(rows))]
    change(&chunks)
    var file = PNGBuilder()
    file.header(width: width, height: height, colorType: 2)
    for chunk in chunks { file.chunk(chunk.name, chunk.body) }
    file.chunk("IEND", [])
    return file.bytes
  }

  private var rows: [UInt8] {
    var rows: [UInt8] = []
    for y in 0..<height {
      rows.append(0)
      for x in 0..<width * 3 { rows.append(UInt8(truncatingIfNeeded: x * 5 + y * 7)) }
    }
    return rows
  }

  private func place(of name: String, in file: [UInt8]) throws -> Int {
    try #require((0..<file.count - 4).first { Array(file[$0..<$0 + 4]) == Array(name.utf8) })
  }

  @Test func `a wrong checksum of IDAT is damage`() throws {
    var bytes = file()
    bytes[try place(of: "IEND", in: bytes) - 5] ^= 1
    #expect(Verdict(bytes).damage?.text.contains("CRC error") == true)
  }

  @Test func `a wrong checksum of PLTE is damage`() throws {
    var bytes = try Places.sample("patterns/palette-trns.png")
    bytes[try place(of: "PLTE", in: bytes) + 5] ^= 1
    #expect(Verdict(bytes).damage?.text.contains("CRC error") == true)
  }

  @Test func `a wrong Adler-32 is damage`() {
    let bytes = file { chunks in chunks[0].body[chunks[0].body.count - 1] ^= 1 }
    #expect(Verdict(bytes).damage?.text.contains("incorrect data check") == true)
  }

  @Test func `missing rows are damage, and the rows before them are decoded`() throws {
    let short = Array(rows.prefix(rows.count / 2))
    let verdict = Verdict(file { $0[0].body = PNGBuilder.stored(short) })
    #expect(verdict.damage != nil)
    let whole = try #require(Verdict(file()).samples)
    #expect(verdict.samples?.prefix(width * 3 * (height / 2 - 1)) == whole.prefix(width * 3 * (height / 2 - 1)))
  }

  @Test func `a filter that does not exist is damage`() {
    var rows = rows
    rows[(1 + width * 3) * 3] = 9
    let wrong = rows
    #expect(
      Verdict(file { $0[0].body = PNGBuilder.stored(wrong) }).damage?.text.contains("bad adaptive filter") == true)
  }

  @Test func `a file that is cut anywhere before the end of IDAT is truncated`() throws {
    let bytes = file()
    let end = try place(of: "IEND", in: bytes) - 4
    for cut in stride(from: 60, to: end - 4, by: 97) {
      #expect(Verdict(Array(bytes.prefix(cut))).damage?.isTruncated == true, "\(cut) of \(bytes.count)")
    }
  }

  @Test func `errors in a profile or a text are noted at most`() {
    let whole = Verdict(file()).samples
    let wrongs: [(String, [UInt8])] = [
      ("iCCP", Array("x\0\0nonsense".utf8)), ("iCCP", []), ("gAMA", [0, 0, 0, 0]), ("cHRM", [1, 2, 3]), ("sRGB", [9]),
      ("tEXt", Array("no end".utf8)), ("zTXt", [1]), ("eXIf", [0]), ("pHYs", [1]), ("abCd", [1, 2, 3]),
    ]
    for wrong in wrongs {
      let verdict = Verdict(file { $0.insert((wrong.0, wrong.1), at: 0) })
      #expect(verdict.damage == nil, "\(wrong.0): \(String(describing: verdict.damage))")
      #expect(verdict.samples == whole, "\(wrong.0)")
    }
    var bytes = file { $0.insert(("tEXt", Array("a\0b".utf8)), at: 0) }
    bytes[8 + 25 + 8] ^= 1
    #expect(Verdict(bytes).damage == nil, "the checksum of a text")
  }

  @Test func `bytes behind the image, and a missing IEND, are noted at most`() {
    let bytes = file()
    let whole = Verdict(bytes).samples
    for other in [Array(bytes.dropLast(12)), bytes + [1, 2, 3], bytes + bytes, file { $0[0].body += [0, 0, 0, 0] }] {
      #expect(Verdict(other).damage == nil)
      #expect(Verdict(other).samples == whole)
    }
  }
}
