internal import CPlatform
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import Parallelism
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// The counterpart of `WorkerHandle`: reads jobs from a socket, processes them and replies, until the input ends.
package enum WorkerMain {
  /// Prepares a process for processing images. Call it before the first thread starts.
  package static func prepare() { system_keep_freed_memory() }

  /// - Parameter descriptor: the socket, descriptor 0 in `imgbatch-worker`.
  /// - Returns: false if a message was malformed.
  package static func serve(descriptor: Int32) -> Bool {
    let channel = FrameChannel(descriptor: descriptor)
    guard let first = channel.receive() else { return true }
    do throws(WireError) {
      let workerConfiguration = try WorkerConfiguration(first)
      if workerConfiguration.opensLibraries { RuntimeLibraries.open() }
      guard
        let confinement = Confinement.enterImages(
          parent: workerConfiguration.parent, imageByteCount: workerConfiguration.perImageLimit,
          threads: workerConfiguration.threads),
        channel.send(
          WorkerResponse.ready(confinement, workerConfiguration.opensLibraries ? ImageFormat.decoders : [:]).bytes)
      else { return true }
      let outputs = OutputFrames(channel)
      let runner = JobRunner(
        options: workerConfiguration.options, threadsPerImage: workerConfiguration.threadsPerImage,
        memory: ParentMemory(
          channel: channel, allowance: workerConfiguration.allowance, perImageLimit: workerConfiguration.perImageLimit),
        timeout: workerConfiguration.timeout, destination: outputs)
      let headers = HeaderReader(limits: workerConfiguration.options.limits, isolation: nil)
      // Bands use that many cores at once. The 5 extra seconds let the parent's deadline, which is the main limit, end the job
      // first.
      let seconds = workerConfiguration.timeout.map {
        UInt64($0.components.seconds + 5) * UInt64(workerConfiguration.threadsPerImage)
      }
      #if DEBUG
        let fault = FaultInjection.wanted
      #endif
      while let (payload, file) = channel.receiveWithFile() {
        let request = try WorkerRequest(payload)
        if let seconds { system_limit_processor_time(seconds) }
        var source: Descriptor? = file >= 0 ? Descriptor(owning: file) : nil
        let job: JobRequest
        switch request {
        case .job(let request): job = request
        case .header(let decodes):
          let reply = headers.reply(source.take(), decodes: decodes)
          guard channel.send(WorkerResponse.header(reply).bytes) else { return true }
          continue
        }
        #if DEBUG
          fault?.trigger(job, channel)
        #endif
        let prepared: PreparedSource =
          if let source = source.take() {
            .open(OpenSource(source), readTime: .zero)
          } else {
            .ended(.failed(.read(.badFileDescriptor)))
          }
        let outcome = runner.outcome(of: PreparedJob(job.job, prepared))
        guard let outcome, outputs.end(outcome) else { return true }
      }
      return true
    } catch {
      return false
    }
  }
}

/// Requests memory from the budget of the parent.
private struct ParentMemory: MemoryReserving {
  let channel: FrameChannel
  let allowance: Int
  let perImageLimit: Int

  func admit(_ byteCount: Int) -> ReservationResult {
    guard channel.send(WorkerResponse.admission(byteCount: byteCount).bytes), let answer = channel.receive() else {
      return .runEnds
    }
    return answer == [1] ? .admitted(share: 0) : .neverFits
  }

  /// The parent releases it when it has the outcome.
  func release(_ share: Int) {}
}

extension WorkerConfiguration {
  /// Threads that the worker may start: libheif's decoders start one for each core, and one that waits for them.
  fileprivate var threads: Int { threadsPerImage + (opensLibraries ? 1 + UsableCores.count : 0) }
}

extension ImageFormat {
  /// What decodes each format in this process.
  fileprivate static var decoders: [ImageFormat: DecoderAvailability] {
    Dictionary(uniqueKeysWithValues: allCases.map { ($0, $0.availability) })
  }
}

extension HeaderReader {
  /// The header of an open file.
  fileprivate func reply(_ file: consuming Descriptor?, decodes: Bool) -> HeaderReply {
    guard let file = file.take() else { return .failed(.read(.badFileDescriptor)) }
    do throws(JobError) { return .header(try read(file, decodes: decodes)) } catch { return .failed(error) }
  }
}
