internal import ArgumentParser
internal import SystemPackage
internal import SystemSupport

/// Runs a command's work and hands its status to the argument parser, which ends the process.
func ending(_ work: () throws -> ExitStatus) throws {
  let status: ExitStatus
  do {
    status = try work()
  } catch let error as CommandError {
    StandardStream.error.write("Error: \(error.sentence)\n")
    status = error.status
  }
  throw ExitCode((outputFailure() ?? status).code)
}

/// The status where results could not be written to standard output; nil where all were written. The run then counts as failed,
/// because the results are lost.
func outputFailure() -> ExitStatus? {
  switch StandardStream.output.condition {
  case .open: return nil
  case .readerGone: return .readerGone
  case .failed(let error):
    StandardStream.error.write("Error: standard output cannot be written (\(error.message)).\n")
    return .outputUnusable
  }
}
