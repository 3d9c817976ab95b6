internal import ImageCodecs
internal import Thumbnailing
internal import WorkerIPC

/// One option of `ThumbnailOptions`: how it is sent to worker processes and enters the fingerprints of the journal.
struct OptionField: Sendable {
  enum Effect: Sendable {
    /// Changes the bytes of outputs, or whether a source can have an output. Outdates written and failed outputs.
    case bytes
    /// Changes only whether a source fails. Outdates failed outputs.
    case verdict
    /// Changes neither.
    case nothing
  }

  /// The key path of the stored property. It is part of the fingerprint, so a changed name outdates outputs.
  let name: String
  let effect: Effect
  let write: @Sendable (ThumbnailOptions, inout WireWriter) -> Void
  let read: @Sendable (inout ThumbnailOptions, inout WireReader) throws(WireError) -> Void
  let text: @Sendable (ThumbnailOptions) -> String

  init<Value: OptionValue>(
    _ name: String, _ path: any WritableKeyPath<ThumbnailOptions, Value> & Sendable, _ effect: Effect
  ) {
    self.name = name
    self.effect = effect
    write = { $0[keyPath: path].write(to: &$1) }
    read = { options, wire throws(WireError) in options[keyPath: path] = try Value(from: &wire) }
    text = { $0[keyPath: path].text }
  }
}

extension ThumbnailOptions {
  /// Every stored property, down to plain values. A test fails if a new one is missing here.
  static let fields: [OptionField] = [
    OptionField("sizes", \.sizes, .bytes),
    OptionField("format", \.format, .bytes),
    OptionField("fit", \.fit, .bytes),
    OptionField("gravity", \.gravity, .bytes),
    OptionField("upscale", \.upscale, .bytes),
    OptionField("kernel", \.kernel, .bytes),
    // Journals have fingerprints with this spelling.
    OptionField("colour", \.color, .bytes),
    OptionField("gray", \.gray, .bytes),
    OptionField("light", \.light, .bytes),
    OptionField("shrink", \.shrink, .bytes),
    OptionField("orientation", \.orientation, .bytes),
    OptionField("profile", \.profile, .bytes),
    OptionField("metadata", \.metadata, .bytes),
    OptionField("background", \.background, .bytes),
    OptionField("padding", \.padding, .bytes),
    OptionField("jpeg.quality", \.jpeg.quality, .bytes),
    OptionField("jpeg.subsampling", \.jpeg.subsampling, .bytes),
    OptionField("jpeg.scans", \.jpeg.scans, .bytes),
    OptionField("png.level", \.png.level, .bytes),
    OptionField("webp.coding", \.webp.coding, .bytes),
    OptionField("outputLimit.byteCount", \.outputLimit.byteCount, .bytes),
    OptionField("outputLimit.minQuality", \.outputLimit.minQuality, .bytes),
    // One rule writes a damaged source, another fails it.
    OptionField("tolerance", \.tolerance, .bytes),
    OptionField("limits.pixelCount", \.limits.pixelCount, .verdict),
    OptionField("limits.fileByteCount", \.limits.fileByteCount, .verdict),
    OptionField("limits.scanCount", \.limits.scanCount, .verdict),
    OptionField("limits.allowsUnconfined", \.limits.allowsUnconfined, .verdict),
    // Computed for each image from the remaining memory of the run and the machine.
    OptionField("limits.memoryByteCount", \.limits.memoryByteCount, .nothing),
    OptionField("limits.deadline", \.limits.deadline, .nothing),
    OptionField("fingerprints.rawValue", \.fingerprints.rawValue, .nothing),
    OptionField("existing", \.existing, .nothing),
    OptionField("durability", \.durability, .nothing),
    OptionField("clocks", \.clocks, .nothing),
    OptionField("decoder", \.decoder, .nothing),
  ]
}
