internal import ImageCodecs
internal import Thumbnailing
internal import WorkerIPC

/// One option of a recipe, as worker processes get it and the journal's fingerprints cover it.
struct RecipeField: Sendable {
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
  let write: @Sendable (Recipe, inout WireWriter) -> Void
  let read: @Sendable (inout Recipe, inout WireReader) throws(WireError) -> Void
  let text: @Sendable (Recipe) -> String

  init<Value: RecipeValue>(_ name: String, _ path: any WritableKeyPath<Recipe, Value> & Sendable, _ effect: Effect) {
    self.name = name
    self.effect = effect
    write = { $0[keyPath: path].write(to: &$1) }
    read = { recipe, wire throws(WireError) in recipe[keyPath: path] = try Value(from: &wire) }
    text = { $0[keyPath: path].text }
  }
}

extension Recipe {
  /// Every stored property, down to plain values: a new one that is not here fails a test.
  static let fields: [RecipeField] = [
    RecipeField("sizes", \.sizes, .bytes),
    RecipeField("fit", \.fit, .bytes),
    RecipeField("gravity", \.gravity, .bytes),
    RecipeField("upscale", \.upscale, .bytes),
    RecipeField("kernel", \.kernel, .bytes),
    RecipeField("colour", \.colour, .bytes),
    RecipeField("gray", \.gray, .bytes),
    RecipeField("light", \.light, .bytes),
    RecipeField("shrink", \.shrink, .bytes),
    RecipeField("orientation", \.orientation, .bytes),
    RecipeField("profile", \.profile, .bytes),
    RecipeField("metadata", \.metadata, .bytes),
    RecipeField("background", \.background, .bytes),
    RecipeField("padding", \.padding, .bytes),
    RecipeField("jpeg.quality", \.jpeg.quality, .bytes),
    RecipeField("jpeg.subsampling", \.jpeg.subsampling, .bytes),
    RecipeField("jpeg.scans", \.jpeg.scans, .bytes),
    RecipeField("png.level", \.png.level, .bytes),
    // A damaged source is written by one rule and fails by another.
    RecipeField("tolerance", \.tolerance, .bytes),
    RecipeField("limits.pixelCount", \.limits.pixelCount, .verdict),
    RecipeField("limits.fileByteCount", \.limits.fileByteCount, .verdict),
    RecipeField("limits.scanCount", \.limits.scanCount, .verdict),
    // Set anew for each image, by what the run and the machine have left.
    RecipeField("limits.memoryByteCount", \.limits.memoryByteCount, .nothing),
    RecipeField("limits.deadline", \.limits.deadline, .nothing),
    RecipeField("existing", \.existing, .nothing),
    RecipeField("durability", \.durability, .nothing),
    RecipeField("clocks", \.clocks, .nothing),
    RecipeField("decoder", \.decoder, .nothing),
  ]
}
