internal import Glibc
internal import SystemSupport
internal import WorkerIPC

/// The process at the other end of a `WorkerTransport`: reads requests, with the files for their responses, from a socket until
/// it is closed.
package enum FetchWorker {
  /// The environment variable that selects the role of the worker program.
  static let variable = "IMGBATCH_WORKER=fetch"

  /// Whether this process was started as a download worker.
  package static var isWanted: Bool { Environment["IMGBATCH_WORKER"] == "fetch" }

  /// - Returns: false where a message was malformed.
  package static func serve(descriptor: Int32) -> Bool {
    let channel = FrameChannel(descriptor: descriptor)
    // This must come before a library opens descriptors.
    Confinement.closeInheritedDescriptors()
    guard let workerConfiguration = channel.receive() else { return true }
    do throws(WireError) {
      var wire = WireReader(workerConfiguration)
      let parent = try wire.integer()
      let maxByteCount = try wire.integer(in: 0...Int.max)
      let rules = try RequestDefaults(&wire)
      // Load the libraries first: the system call filter forbids loading.
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
  /// Nil where libcurl fails.
  fileprivate func wait(for id: RequestID) -> Response? {
    while advance(orWhenReadable: -1, for: .seconds(10)) {
      if let (ended, response) = nextEnded(), ended == id { return response }
    }
    return nil
  }
}
