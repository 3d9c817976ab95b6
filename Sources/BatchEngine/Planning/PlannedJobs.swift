internal import ImageCore
internal import ImageErrors
internal import Parallelism
package import RunState
internal import SystemPackage

/// The jobs of a plan, each created on access: a million jobs take the memory of a million names, not of a million pairs of
/// paths.
package struct PlannedJobs: RandomAccessCollection, Sendable {
  let inputs: InputFiles
  private let naming: OutputNaming
  /// The sizes that names need; empty if names do not need them.
  private let measured: [Result<[PixelSize], JobError>?]

  /// Reads the headers if the names contain the size of the output.
  init(_ inputs: InputFiles, naming: OutputNaming) {
    self.inputs = inputs
    self.naming = naming
    var measured: [Result<[PixelSize], JobError>?] = []
    if naming.template.needsPixelSize {
      WaitingThreads.storage.map {
        $0 < inputs.count ? inputs[$0] : nil
      } body: {
        naming.measured($0)
      } take: {
        measured.append($0)
      }
    }
    self.measured = measured
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { inputs.count }

  package subscript(index: Int) -> Job {
    naming.job(index: index, for: inputs[index], measured: measured.isEmpty ? nil : measured[index])
  }

  /// All possible paths of a job's outputs below the output folder, as bytes; empty if the job is refused. Does not create the job,
  /// because planning calls this for all jobs.
  func outputNames(at index: Int) -> [[UInt8]] {
    var pixels: [PixelSize]?
    switch measured.isEmpty ? nil : measured[index] {
    case .success(let sizes): pixels = sizes
    case .failure: return []
    case nil: break
    }
    guard !inputs.isRefused(at: index) else { return [] }
    let (folder, name) = inputs.relativeBytes(at: index)
    let names = naming.names(relative: Array(folder) + name, contents: inputs.contents(at: index), pixels: pixels)
    return names.contains { $0 == nil } ? [] : names.flatMap { ($0 ?? []).map(\.path) }
  }

  /// An index of all outputs.
  /// - Parameter folder: the folder that contains them.
  func names(below folder: FilePath) -> OutputNames { OutputNames(self, below: folder) }

  /// Size of one source in bytes. Does not create the job.
  package func sourceByteCount(at index: Int) -> Int { inputs.byteCount(at: index) }

  /// Total size of some sources in bytes.
  package func sourceByteCount(at indices: [UInt32]) -> Int { indices.reduce(0) { $0 + sourceByteCount(at: Int($1)) } }
}
