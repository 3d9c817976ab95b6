internal import CPlatform

/// The other end of a `WorkerProcess`: reads jobs from a socket, makes them, answers, until the input ends.
package enum Worker {
  /// Sets up a process that makes pictures, before its first thread.
  package static func prepare() { system_keep_freed_memory() }

  /// - Parameter descriptor: the socket, descriptor 0 in `imgbatch-worker`.
  /// - Returns: false where what came made no sense.
  package static func serve(descriptor: Int32) -> Bool {
    let channel = FrameChannel(descriptor: descriptor)
    guard let greeting = channel.receive() else { return true }
    do throws(WireError) {
      var reader = WireReader(greeting)
      let recipe = try Recipe(from: &reader)
      let bands = try reader.integer()
      try reader.end()
      let thumbnailer = Thumbnailer(recipe: recipe, bands: max(1, bands))
      while let request = channel.receive() {
        var reader = WireReader(request)
        let job = try Job(from: &reader)
        try reader.end()
        var reply = WireWriter()
        thumbnailer.outcome(of: job).write(to: &reply)
        guard channel.send(reply.bytes) else { return true }
      }
      return true
    } catch {
      return false
    }
  }
}
