internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import RunState
internal import WorkerIPC

/// What a worker process replies to a request for a header.
enum HeaderReply {
  case header(ImageHeader)
  case failed(JobError)
}

// The fields of a header that a library reads. JPEG's are not sent: this program reads JPEG itself.
extension HeaderReply {
  /// A profile must fit into a frame.
  private static let maxProfileByteCount = FrameChannel.maxPieceByteCount - 4096

  func write(to wire: inout WireWriter) {
    switch self {
    case .failed(let error):
      wire.write(0)
      Outcome.failed(error).write(to: &wire)
    case .header(let header):
      wire.write(1)
      let profile = header.profile ?? []
      for text in [header.format.rawValue, header.color.rawValue, header.layout.rawValue] { wire.write(text) }
      for value in [
        header.size.width, header.size.height, header.bits, header.orientation.rawValue, header.decodedChannels,
        header.coefficientByteCount, header.notes.count,
      ] { wire.write(value) }
      for note in header.notes { wire.write(note.rawValue) }
      wire.write(profile.count <= HeaderReply.maxProfileByteCount ? profile : [])
      wire.write(header.colorChunks.codePoints ?? [])
    }
  }

  init(from wire: inout WireReader) throws(WireError) {
    guard try wire.integer(in: 0...1) == 1 else {
      guard case .failed(let error) = try Outcome(from: &wire) else { throw WireError() }
      self = .failed(error)
      return
    }
    let (format, color) = (try wire.value(ImageFormat.self), try wire.value(SourceColor.self))
    let layout = try wire.value(StorageLayout.self)
    let sides = 1...Int(Int32.max)
    let size = PixelSize(width: try wire.integer(in: sides), height: try wire.integer(in: sides))
    let bits = try wire.integer(in: 1...16)
    guard let orientation = Orientation(rawValue: try wire.integer()) else { throw WireError() }
    var header = ImageHeader(
      format: format, size: size, bits: bits, color: color, layout: layout, orientation: orientation, profile: nil)
    header.decodedChannels = try wire.integer(in: 1...4)
    header.coefficientByteCount = try wire.integer(in: 0...Int.max)
    for _ in 0..<(try wire.count()) { header.notes.append(try wire.value(ConversionNotice.self)) }
    let profile = try wire.string()
    header.profile = profile.isEmpty ? nil : profile
    let codePoints = try wire.string()
    if codePoints.count == 4 { header.colorChunks.codePoints = codePoints }
    self = .header(header)
  }
}

extension DecoderAvailability {
  func write(to wire: inout WireWriter) {
    switch self {
    case .builtIn: wire.write(0)
    case .needsIsolation: wire.write(1)
    case .library(let version):
      wire.write(2)
      wire.write(version)
    case .missing(let missing):
      wire.write(3)
      wire.write(missing.rawValue)
    }
  }

  init(from wire: inout WireReader) throws(WireError) {
    switch try wire.integer() {
    case 0: self = .builtIn
    case 1: self = .needsIsolation
    case 2: self = .library(try wire.text())
    case 3: self = .missing(try wire.value(MissingDecoder.self))
    default: throw WireError()
    }
  }
}
