internal import ImageCore
internal import ImageErrors
internal import RunState
internal import SystemSupport
internal import WorkerIPC

#if DEBUG
  internal import Glibc
  internal import SystemPackage

  /// A fault that a worker of a debug build causes on demand, to test how the parent handles it: `IMGBATCH_FAULT=segv:NAME` for
  /// every source with NAME in its name.
  struct FaultInjection {
    private let kind: Kind
    private let name: String

    /// Ways for a worker to exit or hang, a file it tries to open, and messages that a compromised worker may send.
    private enum Kind: String {
      case segv, abort, trap, exit, hang, stop, oom, halfway, writing
      case peek
      case garbage, flood, short, many, negative, overflow, lie, workers, times, notes, text, late, skipped
      case unasked, unplanned, otherFormat, notAnImage, otherSize, endless, admit, hog, ready, terminal, babble
    }

    static var wanted: FaultInjection? {
      guard let parts = Environment["IMGBATCH_FAULT"]?.split(separator: ":", maxSplits: 1) else { return nil }
      guard parts.count == 2, let kind = Kind(rawValue: String(parts[0])) else { return nil }
      return FaultInjection(kind: kind, name: String(parts[1]))
    }

    func trigger(_ request: JobRequest, _ channel: FrameChannel) {
      guard request.name.contains(name) else { return }
      switch kind {
      case .segv: raise(SIGSEGV)
      case .abort: Glibc.abort()
      case .trap: fatalError("a trap that was asked for")
      case .exit: _exit(0)
      case .hang: waitForTheEnd()
      case .stop: raise(SIGSTOP)
      case .oom:
        let memory = UnsafeMutableRawPointer.allocate(byteCount: 1 << 45, alignment: 64)
        unsafe memory.deallocate()
      case .halfway:
        _ = channel.send(WorkerResponse.piece(output: 0, .jpeg, bytes: [0xFF, 0xD8, 0xFF]).bytes)
        raise(SIGKILL)
      case .writing:
        _ = channel.send(WorkerResponse.piece(output: 0, .jpeg, bytes: [0xFF, 0xD8, 0xFF]).bytes)
        waitForTheEnd()
      case .peek:
        // No fault if it fails: a worker must not be able to open files.
        if let file = try? Descriptor(opening: "/proc/self/exe", .sniffed) {
          _ = file
          Glibc.abort()
        }
      case .terminal:
        // No fault either: the parent must not show a worker's output unescaped.
        _ = try? Descriptor.writeOnce(2, Array("\u{1B}]0;owned\u{7}\u{1B}[31mError\n".utf8)[...])
      case .flood:
        _ = try? Descriptor.writeOnce(channel.descriptor, [UInt8](repeating: 0xFF, count: 64)[...])
        waitForTheEnd()
      default: send(to: channel, request)
      }
    }

    /// Sends something that no worker may send, then hangs.
    private func send(to channel: FrameChannel, _ request: JobRequest) {
      switch kind {
      case .endless:
        let bytes = [UInt8](repeating: 0xFF, count: WorkerResponse.maxPieceByteCount)
        let piece = FrameChannel.frame(WorkerResponse.piece(output: 0, .jpeg, bytes: bytes).bytes)
        while channel.sendFrames(piece) {}
      case .admit: while channel.send(WorkerResponse.admission(byteCount: 0).bytes), channel.receive() != nil {}
      case .hog: _ = channel.send(WorkerResponse.admission(byteCount: .max).bytes)
      case .babble:
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
        while let count = try? Descriptor.writeOnce(2, line[...]), count > 0 {}
      case .garbage: _ = channel.send([1, 2, 3])
      case .unasked: _ = channel.send(WorkerResponse.piece(output: request.outputs.count, .jpeg, bytes: [1]).bytes)
      case .unplanned: _ = channel.send(WorkerResponse.piece(output: 0, .png, bytes: [1]).bytes)
      case .ready:
        let free = Confinement(filterError: nil, landlockVersion: 0, landlockError: nil, hasNoPrivileges: true)
        _ = channel.send(WorkerResponse.ready(free, [:]).bytes)
      case .skipped: _ = channel.send(WorkerResponse.outcome(.skipped(.exists)).bytes)
      case .late:
        let error = JobError(stage: .write, code: .exists, message: "")
        _ = channel.send(WorkerResponse.outcome(.failed(error)).bytes)
      default:
        _ = channel.send(WorkerResponse.piece(output: 0, .jpeg, bytes: bytes).bytes)
        _ = channel.send(WorkerResponse.outcome(.written(claim(request))).bytes)
      }
      waitForTheEnd()
    }

    /// The structure of a JPEG of 5x5 pixels.
    private var bytes: [UInt8] {
      if kind == .notAnImage { return Array("#!/bin/sh\n".utf8) }
      return [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 0, 5, 0, 5, 1, 1, 0x11, 0, 0xFF, 0xD9]
    }

    /// The outcome that describes it, with one false value.
    private func claim(_ request: JobRequest) -> WrittenImage {
      let size = PixelSize(width: 5, height: kind == .otherSize ? 6 : 5)
      var image = WrittenImage(
        sourceSize: size, outputSize: size, sourceByteCount: 100, outputByteCount: bytes.count, warningCount: 0,
        firstWarning: "", times: StageTimes())
      image.outputs[0].format = kind == .otherFormat ? .png : .jpeg
      switch kind {
      case .short: image.outputs = []
      case .many: image.outputs += Array(repeating: image.outputs[0], count: 900)
      case .negative: image.outputs[0].byteCount = .min
      case .overflow: (image.sourceByteCount, image.outputs[0].byteCount) = (.max, .max)
      case .lie: image.outputs[0].byteCount += 1
      case .workers: image.decodingWorkers = .min
      case .times: image.times[.decode] = .seconds(1 << 32)
      case .notes: image.notes = [.profile, .profile]
      case .text: image.firstWarning = String(repeating: "A", count: 200_000)
      default: break
      }
      return image
    }

    /// Otherwise the worker might send a valid image before the parent kills it for the fault.
    private func waitForTheEnd() { while true { sleep(1000) } }
  }
#endif
