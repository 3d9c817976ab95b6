internal import CPlatform
internal import SystemPackage

/// The other end of a `WorkerProcess`: reads jobs from a socket, makes them, answers, until the input ends.
package enum Worker {
  /// Sets up a process that makes pictures, before its first thread.
  package static func prepare() { system_keep_freed_memory() }

  /// - Parameter descriptor: the socket, descriptor 0 in `imgbatch-worker`.
  /// - Returns: false where what came made no sense.
  package static func serve(descriptor: Int32) -> Bool {
    let channel = FrameChannel(descriptor: descriptor)
    guard let first = channel.receive() else { return true }
    do throws(WireError) {
      let greeting = try WorkerGreeting(first)
      guard confine(greeting) else { return true }
      RunNumber.adopt(greeting.run)
      let thumbnailer = Thumbnailer(
        recipe: greeting.recipe, bands: greeting.bands,
        memory: ParentMemory(channel: channel, allowance: greeting.allowance, mostForOne: greeting.mostForOne),
        timeout: greeting.timeout)
      // Bands use so many cores at once; and a late end by the parent is the rule, so there is some time to spare.
      let seconds = greeting.timeout.map { UInt64($0.components.seconds + 5) * UInt64(greeting.bands) }
      #if DEBUG
        let fault = WorkerFault.wanted
      #endif
      while let (payload, file) = channel.receiveWithFile() {
        let request = try WorkerRequest(payload)
        if let seconds { system_limit_processor_time(seconds) }
        #if DEBUG
          fault?.strike(request.job, channel)
        #endif
        var source: Descriptor? = file >= 0 ? Descriptor(owning: file) : nil
        let outcome = thumbnailer.outcome(of: request.job) { () throws(JobError) in
          if let error = request.sourceError { throw error }
          guard let source = source.take() else { throw .read(.badFileDescriptor) }
          return source
        }
        guard let outcome, channel.send(WorkerReply.outcome(outcome).bytes) else { return true }
      }
      return true
    } catch {
      return false
    }
  }

  /// Takes from this process what downloading does not need; the network and the files that it is sent stay.
  /// - Returns: false where the parent has ended.
  package static func confineToNetwork(parent: Int) -> Bool {
    guard system_end_with_parent(pid_t(clamping: parent)) else { return false }
    system_forbid_new_privileges()
    system_limit_resources(1 << 30, 64)
    return true
  }

  /// Takes from this process what making pictures does not need. Where the system has no means for that, nothing is said
  /// here: `--verbose` tells what there is.
  /// - Returns: false where the parent has ended.
  private static func confine(_ greeting: WorkerGreeting) -> Bool {
    guard system_end_with_parent(pid_t(clamping: greeting.parent)) else { return false }
    system_forbid_new_privileges()
    // Beside the pictures there are the program itself, libraries and stacks, and an arena of the allocator a thread.
    let others = (512 + 160 * greeting.bands) << 20
    let (most, overflow) = greeting.mostForOne.addingReportingOverflow(others)
    system_limit_resources(overflow ? 0 : UInt64(most), 64)
    if let root = greeting.outputRoot {
      _ = unsafe root.withPlatformString { unsafe system_confine_to_folder($0) }
    }
    return true
  }
}

/// Memory of a budget that the parent keeps.
private struct ParentMemory: MemoryAdmission {
  let channel: FrameChannel
  let allowance: Int
  let mostForOne: Int

  func admit(_ byteCount: Int) -> MemoryAnswer {
    guard channel.send(WorkerReply.admission(byteCount: byteCount).bytes), let answer = channel.receive() else {
      return .runEnds
    }
    return answer == [1] ? .admitted(share: 0) : .neverFits
  }

  /// The parent does that when it has the outcome.
  func release(_ share: Int) {}
}
