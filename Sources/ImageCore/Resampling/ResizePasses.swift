internal import PixelKernels
internal import PixelKernelsAVX2

/// The inner loops of resampling at one sample depth, in one build. `IntegerPasses` documents each of them.
protocol ResizePasses: SendableMetatype {
  associatedtype Weight

  static var pairBytes: Int { get }
  static var rowSampleBytes: Int { get }
  static var columnSampleBytes: Int { get }

  /// The form of weights that the passes take.
  static var form: Weights.Form { get }
  /// Rows of `Weights.tapCount` weights, valid for the lifetime of `weights`.
  @unsafe static func coefficients(of weights: Weights) -> UnsafePointer<Weight>

  @unsafe static func pairRows(
    _ top: UnsafeRawPointer, _ bottom: UnsafeRawPointer, count: Int, into: UnsafeMutableRawPointer)
  @unsafe static func sumRows(
    _ pairs: UnsafeRawPointer, stride: Int, weights: UnsafePointer<Weight>, pairCount: Int, count: Int, precision: Int,
    sums: UnsafeRawPointer?, isWhole: Bool, into: UnsafeMutableRawPointer)
  @unsafe static func transpose(
    _ rows: UnsafeRawPointer, stride: Int, channels: Int, count: Int, into: UnsafeMutableRawPointer)
  @unsafe static func sumColumns(
    _ columns: UnsafeRawPointer, channels: Int, first: UnsafePointer<Int32>, weights: UnsafePointer<Weight>,
    pairCount: Int, count: Int, into: UnsafeMutableRawPointer)
  @unsafe static func store8(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer, stride: Int)
  @unsafe static func store16(
    _ sums: UnsafeMutableRawPointer, count: Int, precision: Int, rows: Int, into: UnsafeMutableRawPointer, stride: Int)
}

extension PixelKernels.IntegerPasses: ResizePasses {
  static var form: Weights.Form { .integers }
  @unsafe static func coefficients(of weights: Weights) -> UnsafePointer<Int16> {
    unsafe UnsafePointer(weights.integers.elements)
  }
}

extension PixelKernels.FloatPasses: ResizePasses {
  static var form: Weights.Form { .floats }
  @unsafe static func coefficients(of weights: Weights) -> UnsafePointer<Float> {
    unsafe UnsafePointer(weights.floats.elements)
  }
}

extension PixelKernelsAVX2.IntegerPasses: ResizePasses {
  static var form: Weights.Form { .integers }
  @unsafe static func coefficients(of weights: Weights) -> UnsafePointer<Int16> {
    unsafe UnsafePointer(weights.integers.elements)
  }
}

extension PixelKernelsAVX2.FloatPasses: ResizePasses {
  static var form: Weights.Form { .floats }
  @unsafe static func coefficients(of weights: Weights) -> UnsafePointer<Float> {
    unsafe UnsafePointer(weights.floats.elements)
  }
}

extension InstructionSet {
  /// See `Premultiplication.row`.
  @unsafe func premultiply(
    _ source: UnsafeRawPointer, into target: UnsafeMutableRawPointer, channels: Int, count: Int
  ) {
    switch self {
    case .baseline: unsafe PixelKernels.Premultiplication.row(source, into: target, channels: channels, count: count)
    case .avx2: unsafe PixelKernelsAVX2.Premultiplication.row(source, into: target, channels: channels, count: count)
    }
  }

  /// The passes for samples of a depth.
  func resizePasses(for depth: SampleDepth) -> any ResizePasses.Type {
    switch (self, depth) {
    case (.baseline, .eight): PixelKernels.IntegerPasses.self
    case (.baseline, .sixteen): PixelKernels.FloatPasses.self
    case (.avx2, .eight): PixelKernelsAVX2.IntegerPasses.self
    case (.avx2, .sixteen): PixelKernelsAVX2.FloatPasses.self
    }
  }
}
