internal import SystemPackage
internal import SystemSupport

/// Runs a measurement in a temporary folder, removes the folder, and passes on the exit status.
func measuring(_ work: (FilePath) throws -> ExitStatus) throws {
  try ending {
    Signals.handle()
    do {
      let scratch = try ScratchFolder()
      Signals.onGracePeriodExpired { [path = scratch.path] in ScratchFolder.remove(path) }
      return try work(scratch.path)
    } catch let error as Errno {
      throw CommandError.scratchFolder(error.message)
    } catch is CancelledError {
      return Signals.received.map { .interrupted(signal: $0) } ?? .readerGone
    }
  }
}
