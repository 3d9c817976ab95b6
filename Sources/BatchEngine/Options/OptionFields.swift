internal import ImageCodecs
internal import Thumbnailing
internal import WorkerIPC

/// One option of `ThumbnailOptions`, as worker processes get it and the journal's fingerprints cover it.
struct OptionField: Sendable {
  enum Effect: Sendable {
    /// Changes bytes of outputs, or what a source comes to for good.
    case bytes
    /// Changes only whether a source fails.
    case verdict
    /// Changes neither.
    case nothing
  }

  /// As the stored properties are called. It is in the fingerprint, so a new one makes outputs outdated.
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
  /// Every stored property, down to plain values: a new one that is not here fails a test.
  static let fields: [OptionField] = [
    OptionField("sizes", \.sizes, .bytes),
    OptionField("fit", \.fit, .bytes),
    OptionField("gravity", \.gravity, .bytes),
    OptionField("upscale", \.upscale, .bytes),
    OptionField("kernel", \.kernel, .bytes),
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
    // A damaged source is written by one rule and fails by another.
    OptionField("tolerance", \.tolerance, .bytes),
    OptionField("limits.pixelCount", \.limits.pixelCount, .verdict),
    OptionField("limits.fileByteCount", \.limits.fileByteCount, .verdict),
    OptionField("limits.scanCount", \.limits.scanCount, .verdict),
    // Set anew for each image, by what the run and the machine have left.
    OptionField("limits.memoryByteCount", \.limits.memoryByteCount, .nothing),
    OptionField("limits.deadline", \.limits.deadline, .nothing),
    OptionField("existing", \.existing, .nothing),
    OptionField("durability", \.durability, .nothing),
    OptionField("clocks", \.clocks, .nothing),
    OptionField("decoder", \.decoder, .nothing),
  ]
}
