internal import ImageCodecs
internal import ImageCore
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// The value of an option. It is sent to worker processes and enters fingerprints as text.
protocol OptionValue: Sendable {
  func write(to wire: inout WireWriter)
  init(from wire: inout WireReader) throws(WireError)
  /// Differs for different values. The text of a value must stay the same in all later versions.
  var text: String { get }
}

extension OptionValue where Self: RawRepresentable<String> {
  func write(to wire: inout WireWriter) { wire.write(rawValue) }
  init(from wire: inout WireReader) throws(WireError) { self = try wire.value(Self.self) }
  var text: String { rawValue }
}

extension Bool: OptionValue {
  func write(to wire: inout WireWriter) { wire.write(self ? 1 : 0) }
  init(from wire: inout WireReader) throws(WireError) { self = try wire.integer(in: 0...1) == 1 }
  var text: String { self ? "true" : "false" }
}

extension Fit: OptionValue {}
extension FormatRule: OptionValue {}
extension Gravity: OptionValue {}
extension PaddingRule: OptionValue {}
extension Upscaling: OptionValue {}
extension Kernel: OptionValue {}
extension ColorRequest: OptionValue {}
extension MetadataRule: OptionValue {}
extension GrayKind: OptionValue {}
extension LightRule: OptionValue {}
extension ShrinkRule: OptionValue {}
extension OrientationRule: OptionValue {}
extension ProfileRule: OptionValue {}
extension ChromaSubsampling: OptionValue {}
extension JPEGScans: OptionValue {}
extension WebPCoding: OptionValue {}
extension ExistingOutput: OptionValue {}
extension Durability: OptionValue {}
extension StageClocks: OptionValue {}
extension DamageTolerance: OptionValue {}
extension JPEGDecoderChoice: OptionValue {}

extension Int: OptionValue {
  init(from wire: inout WireReader) throws(WireError) { self = try wire.integer() }
  func write(to wire: inout WireWriter) { wire.write(self) }
  var text: String { String(self) }
}

extension UInt64: OptionValue {
  init(from wire: inout WireReader) throws(WireError) { self.init(bitPattern: Int64(try wire.integer())) }
  func write(to wire: inout WireWriter) { wire.write(Int(Int64(bitPattern: self))) }
  var text: String { String(self) }
}

extension Background: OptionValue {
  init(from wire: inout WireReader) throws(WireError) {
    self.init(
      red: UInt8(clamping: try wire.integer()), green: UInt8(clamping: try wire.integer()),
      blue: UInt8(clamping: try wire.integer()))
  }

  func write(to wire: inout WireWriter) { for channel in [red, green, blue] { wire.write(Int(channel)) } }
  var text: String { "\(red),\(green),\(blue)" }
}

extension [SizeRequest]: OptionValue {
  init(from wire: inout WireReader) throws(WireError) {
    self = []
    for _ in 0..<(try wire.count()) { append(try SizeRequest(from: &wire)) }
  }

  func write(to wire: inout WireWriter) {
    wire.write(count)
    for size in self { size.write(to: &wire) }
  }

  /// All sizes, sorted: every output is made from the image that is decoded for the largest one.
  var text: String { map(\.text).sorted().joined(separator: " ") }
}

extension SizeRequest {
  var text: String {
    switch self {
    case .box(let width, let height): "\(width)x\(height)"
    case .width(let width): "\(width)x"
    case .height(let height): "x\(height)"
    case .percent(let percent): "\(percent)%"
    }
  }
}
