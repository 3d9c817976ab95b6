import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing
@testable import WorkerIPC

/// Every stored property of `ThumbnailOptions` is sent to workers, and is either in the fingerprints or changes no byte.
@Suite("The fields of the options")
struct OptionFieldsTests {
  /// A value for each field that differs from the default.
  private static let changes: [String: @Sendable (inout ThumbnailOptions) -> Void] = [
    "sizes": { $0.sizes = [.width(9), .percent(12.5)] },
    "fit": { $0.fit = .cover },
    "gravity": { $0.gravity = .southwest },
    "upscale": { $0.upscale = .allowed },
    "kernel": { $0.kernel = .mitchell },
    "colour": { $0.color = .gray },
    "gray": { $0.gray = .luminance },
    "light": { $0.light = .linear },
    "format": { $0.format = .byOpacity },
    "shrink": { $0.shrink = .off },
    "orientation": { $0.orientation = .ignore },
    "profile": { $0.profile = .strip },
    "metadata": { $0.metadata = .keep },
    "background": { $0.background = Background(red: 1, green: 2, blue: 3) },
    "padding": { $0.padding = .background },
    "jpeg.quality": { $0.jpeg.quality = 7 },
    "jpeg.subsampling": { $0.jpeg.subsampling = .halfWidth },
    "jpeg.scans": { $0.jpeg.scans = .progressive },
    "png.level": { $0.png.level = 9 },
    "webp.coding": { $0.webp.coding = .lossless },
    "outputLimit.byteCount": { $0.outputLimit.byteCount = 16 },
    "outputLimit.minQuality": { $0.outputLimit.minQuality = 17 },
    "tolerance": { $0.tolerance = .warningFails },
    "limits.pixelCount": { $0.limits.pixelCount = 11 },
    "limits.fileByteCount": { $0.limits.fileByteCount = 12 },
    "limits.scanCount": { $0.limits.scanCount = 13 },
    "limits.allowsUnconfined": { $0.limits.allowsUnconfined = true },
    "limits.memoryByteCount": { $0.limits.memoryByteCount = 14 },
    "limits.deadline": { $0.limits.deadline = .max - 15 },
    "fingerprints.rawValue": { $0.fingerprints = .color },
    "existing": { $0.existing = .fail },
    "durability": { $0.durability = .durable },
    "clocks": { $0.clocks = .wallAndProcessor },
    "decoder": { $0.decoder = .libjpeg },
  ]

  /// Fields that change neither bytes nor whether a source fails. Give the reason with each new one.
  private static let withoutEffect: Set<String> = [
    "limits.memoryByteCount", "limits.deadline",  // computed for each image
    "fingerprints.rawValue",  // what a manifest says about outputs
    "existing", "durability",  // how an output gets its name
    "clocks",  // measurements
    "decoder",  // tests check that all decoders give the same bytes
  ]
  private static let onlyVerdict: Set<String> = [
    "limits.pixelCount", "limits.fileByteCount", "limits.scanCount", "limits.allowsUnconfined",
  ]

  /// The text of all stored properties, down to values that are encoded as one. `color` keeps the name it has in journals.
  private func properties(of value: Any, _ start: String = "") -> [String: String] {
    if value is any OptionValue { return [start: "\(value)"] }
    let children = Mirror(reflecting: value).children
    if children.isEmpty { return [start: "\(value)"] }
    return children.reduce(into: [:]) { all, child in
      let label = child.label == "color" ? "colour" : child.label ?? ""
      let name = (start.isEmpty ? "" : start + ".") + label
      all.merge(properties(of: child.value, name)) { $1 }
    }
  }

  @Test func `every stored property is a field, and every field a stored property`() {
    let names = ThumbnailOptions.fields.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(Set(names) == Set(properties(of: ThumbnailOptions()).keys))
    #expect(Set(names) == Set(OptionFieldsTests.changes.keys))
    #expect(
      Set(ThumbnailOptions.fields.filter { $0.effect == .nothing }.map(\.name)) == OptionFieldsTests.withoutEffect)
    #expect(Set(ThumbnailOptions.fields.filter { $0.effect == .verdict }.map(\.name)) == OptionFieldsTests.onlyVerdict)
  }

  @Test(
    "each field is sent to workers and counts in fingerprints according to its effect", arguments: changes.keys.sorted()
  )
  func change(name: String) throws {
    var options = ThumbnailOptions()
    let change = try #require(OptionFieldsTests.changes[name])
    change(&options)
    let (before, after) = (properties(of: ThumbnailOptions()), properties(of: options))
    #expect(after.filter { before[$0.key] != $0.value }.map(\.key) == [name], "the change is one of this field")

    var writer = WireWriter()
    options.write(to: &writer)
    var reader = WireReader(writer.bytes)
    #expect(try ThumbnailOptions(from: &reader) == options)
    try reader.end()

    let written = JournalOutcome.written(output: FileStamp(byteCount: 0, modified: 0))
    let failed = JournalOutcome.failed(JobError(stage: .read, code: .read, message: ""))
    for format in ImageFormat.written {
      let (old, new) = (OutputFingerprints(ThumbnailOptions()), OutputFingerprints(options))
      let changes = [written, failed].map {
        old.fingerprint(ofOutput: 0, format, $0) != new.fingerprint(ofOutput: 0, format, $0)
      }
      let hasEffect = !OptionFieldsTests.withoutEffect.contains(name)
      #expect(changes == [hasEffect && !OptionFieldsTests.onlyVerdict.contains(name), hasEffect])
      #expect((old.common != new.common) == changes[0])
    }
  }

  /// Fingerprints omit fields with default values. A changed default gives the same options other outputs, so raise
  /// `AlgorithmVersion.currentPixels` too.
  @Test func `the defaults are those of the current version of the algorithms`() {
    #expect(AlgorithmVersion(of: .jpeg).text == "2.1")
    #expect(AlgorithmVersion(of: .png).text == "2.3")
    #expect(
      ThumbnailOptions.fields.map { "\($0.name)=\($0.text(ThumbnailOptions()))" }.sorted() == [
        "background=255,255,255", "clocks=wall", "colour=asSource", "decoder=auto", "durability=ordinary",
        "existing=overwrite", "fingerprints.rawValue=0", "fit=inside", "format=planned", "gravity=center",
        "gray=luma601", "jpeg.quality=80",
        "jpeg.scans=baseline",
        "jpeg.subsampling=auto", "kernel=lanczos3", "light=asStored", "limits.allowsUnconfined=false",
        "limits.deadline=0",
        "limits.fileByteCount=536870912", "limits.memoryByteCount=0", "limits.pixelCount=268402689",
        "limits.scanCount=100", "metadata=none", "orientation=apply", "outputLimit.byteCount=0",
        "outputLimit.minQuality=40", "padding=automatic", "png.level=3",
        "profile=keep", "shrink=safe", "sizes=256x256", "tolerance=damage", "upscale=never", "webp.coding=lossy",
      ])
  }

  @Test func `fingerprints are the same in all versions`() {
    var options = ThumbnailOptions()
    options.sizes = [.box(width: 64, height: 64)]
    let written = JournalOutcome.written(output: FileStamp(byteCount: 0, modified: 0))
    // The values in Tests/Journals/version-2: of resize, and of the output with the other size in sizes.
    #expect(OutputFingerprints(options).fingerprint(ofOutput: 0, .jpeg, written).options == 0x128_6591_e927_e6d8)
    options.sizes.append(.box(width: 32, height: 32))
    #expect(OutputFingerprints(options).fingerprint(ofOutput: 1, .jpeg, written).options == 0x2dc2_76e8_eb96_9b5c)
  }

  @Test func `with several sizes each output has a fingerprint, independent of their order`() {
    let written = JournalOutcome.written(output: FileStamp(byteCount: 0, modified: 0))
    func fingerprints(_ sizes: SizeRequest...) -> [OutputFingerprint] {
      var options = ThumbnailOptions()
      options.sizes = sizes
      return sizes.indices.map { OutputFingerprints(options).fingerprint(ofOutput: $0, .jpeg, written) }
    }
    let (small, large, wide) = (SizeRequest.width(10), SizeRequest.width(20), SizeRequest.width(30))
    let both = fingerprints(small, large)
    #expect(both[0] != both[1])
    #expect(fingerprints(large, small) == both.reversed())
    // A larger size changes how much the decoder shrinks, and so the pixels of all outputs.
    #expect(fingerprints(small, wide)[0] != both[0])
    #expect(fingerprints(small)[0] != both[0])
  }

  @Test func `invalid values of options are rejected`() {
    var writer = WireWriter()
    ThumbnailOptions().write(to: &writer)
    for count in [0, 8, writer.bytes.count - 1] {
      var cut = WireReader(Array(writer.bytes.prefix(count)))
      #expect(throws: WireError.self) { _ = try ThumbnailOptions(from: &cut) }
    }
  }
}
