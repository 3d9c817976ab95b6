internal import Glibc
internal import SystemSupport
internal import WorkerIPC

/// The other end of a `WorkerTransport`: reads requests and the files for their answers from a socket, until that ends.
package enum FetchWorker {
  /// Tells the worker program what it is to be.
  static let variable = "IMGBATCH_WORKER=fetch"

  /// Whether this process was started as one.
  package static var isWanted: Bool {
    // SAFETY: getenv gives null or a zero-terminated text, copied before anything could change the environment.
    unsafe getenv("IMGBATCH_WORKER").map { unsafe String(cString: $0) } == "fetch"
  }

  /// - Returns: false where what came made no sense.
  package static func serve(descriptor: Int32) -> Bool {
    let channel = FrameChannel(descriptor: descriptor)
    // Before any library opens what it needs.
    Confinement.closeInheritedDescriptors()
    guard let workerConfiguration = channel.receive() else { return true }
    do throws(WireError) {
      var wire = WireReader(workerConfiguration)
      let parent = try wire.integer()
      let maxByteCount = try wire.integer(in: 0...Int.max)
      let rules = try RequestDefaults(&wire)
      // Libraries are loaded before the filter of system calls forbids what loading takes.
      guard CurlLibrary.open() == nil, let transport = CurlTransport(rules: rules, connections: 1) else { return false }
      guard let confinement = Confinement.enterDownloads(parent: parent, fileByteCount: maxByteCount) else {
        return true
      }
      var report = WireWriter()
      confinement.write(to: &report)
      guard channel.send(report.bytes) else { return true }
      while let (payload, file) = channel.receiveWithFile() {
        guard file >= 0 else { return false }
        let owned = Descriptor(owning: file)
        let request = try Request(payload, file: owned.number)
        guard let id = transport.start(request) else { return false }
        guard let response = transport.wait(for: id), channel.send(response.bytes) else { return true }
      }
      return true
    } catch {
      return false
    }
  }
}

extension CurlTransport {
  /// Nil where libcurl is at its end.
  fileprivate func wait(for id: RequestID) -> Response? {
    while advance(orWhenReadable: -1, for: .seconds(10)) {
      if let (ended, response) = nextEnded(), ended == id { return response }
    }
    return nil
  }
}
