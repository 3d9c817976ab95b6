internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import WorkerIPC

// The messages between a run and its worker processes.

extension RequestDefaults {
  func write(to wire: inout WireWriter) {
    wire.write(policy == .any ? 1 : 0)
    wire.write(userAgent)
    for time in [connectTimeout, stallTimeout, totalTimeout] { wire.write(Int(time.milliseconds)) }
  }

  init(_ wire: inout WireReader) throws(WireError) {
    self.init()
    policy = try wire.integer() == 1 ? .any : .publicOnly
    userAgent = try wire.text()
    connectTimeout = .milliseconds(try wire.integer())
    stallTimeout = .milliseconds(try wire.integer())
    totalTimeout = .milliseconds(try wire.integer())
  }
}

extension Request {
  /// Without the file, which is sent as a descriptor.
  var bytes: [UInt8] {
    var wire = WireWriter()
    wire.write(address.text)
    wire.write(address.login == nil ? 0 : 1)
    wire.write(address.login?.user ?? "")
    wire.write(address.login?.password ?? "")
    wire.write(proxy ?? "")
    wire.write(headers.count)
    for line in headers { wire.write(line) }
    wire.write(start)
    wire.write(maxByteCount)
    wire.write(decodes ? 1 : 0)
    return wire.bytes
  }

  init(_ bytes: [UInt8], file: CInt) throws(WireError) {
    var wire = WireReader(bytes)
    guard let address = HTTPURL(try wire.text()) else { throw WireError() }
    let hasLogin = try wire.integer() == 1
    let login = HTTPURL.Login(user: try wire.text(), password: try wire.text())
    self.address = address.with(hasLogin ? login : nil)
    let proxy = try wire.text()
    self.proxy = proxy.isEmpty ? nil : proxy
    headers = []
    for _ in 0..<max(0, min(try wire.integer(), 10_000)) { headers.append(try wire.text()) }
    start = try wire.integer()
    maxByteCount = try wire.integer()
    decodes = try wire.integer() == 1
    self.file = file
    try wire.end()
  }
}

extension Response {
  var bytes: [UInt8] {
    var wire = WireWriter()
    let (kind, text, number) = end.parts
    wire.write(kind)
    wire.write(text)
    wire.write(number)
    wire.write(status)
    wire.write(fileByteCount)
    wire.write(lengthIsKnown ? 1 : 0)
    wire.write(location == nil ? 0 : 1)
    wire.write(location ?? "")
    wire.write(validator.entityTag)
    wire.write(validator.lastModified)
    wire.write(validator.date)
    wire.write(validator.byteCount)
    wire.write(retryAfter)
    wire.write(contentType)
    wire.write(contentCoding)
    return wire.bytes
  }

  init(_ bytes: [UInt8]) throws(WireError) {
    var wire = WireReader(bytes)
    let (kind, text, number) = (try wire.integer(), try wire.text(within: 1 << 10), try wire.integer())
    guard let end = End(kind, text, number) else { throw WireError() }
    self.end = end
    status = try wire.integer(in: 0...999)
    fileByteCount = try wire.integer(in: 0...Int.max)
    lengthIsKnown = try wire.integer() == 1
    let hasLocation = try wire.integer() == 1
    let location = try wire.text(within: 1 << 16)
    self.location = hasLocation ? location : nil
    validator = Validator(
      entityTag: try wire.text(within: 1 << 11), lastModified: try wire.text(within: 1 << 11),
      date: try wire.text(within: 1 << 11), byteCount: try wire.integer(in: -1...Int.max))
    retryAfter = try wire.text(within: 1 << 11)
    contentType = try wire.text(within: 1 << 11)
    contentCoding = try wire.text(within: 1 << 11)
    try wire.end()
  }
}

extension WireReader {
  /// Reads a text no longer than those that a worker takes from a response (transfer.h), with room for escapes. The limit is
  /// needed because texts from a compromised worker become part of messages.
  fileprivate mutating func text(within byteCount: Int) throws(WireError) -> String {
    let text = try text()
    guard text.utf8.count <= byteCount else { throw WireError() }
    return text
  }
}

extension Response.End {
  fileprivate var parts: (kind: Int, text: String, number: Int) {
    switch self {
    case .complete: (0, "", 0)
    case .broken(let text): (1, text, 0)
    case .timedOut(let text): (2, text, 0)
    case .notResolved(let text): (3, text, 0)
    case .notTrusted(let text): (4, text, 0)
    case .short: (5, "", 0)
    case .refusedAddress(let digits): (6, digits, 0)
    case .tooLarge: (7, "", 0)
    case .wrongPart: (8, "", 0)
    case .fileFailed(let error): (9, "", Int(error.rawValue))
    }
  }

  fileprivate init?(_ kind: Int, _ text: String, _ number: Int) {
    switch kind {
    case 0: self = .complete
    case 1: self = .broken(text)
    case 2: self = .timedOut(text)
    case 3: self = .notResolved(text)
    case 4: self = .notTrusted(text)
    case 5: self = .short
    case 6: self = .refusedAddress(text)
    case 7: self = .tooLarge
    case 8: self = .wrongPart
    case 9: self = .fileFailed(Errno(rawValue: CInt(truncatingIfNeeded: number)))
    default: return nil
    }
  }
}
