internal import ImageCore
internal import ImageErrors
package import RunState
internal import SystemPackage

/// The jobs of a plan, each put together when it is asked for: a million of them are as many names, not as many pairs of
/// paths.
package struct PlannedJobs: RandomAccessCollection, Sendable {
  let inputs: InputFiles
  private let naming: OutputNaming
  /// What names need of each image; empty where they need nothing.
  private let measured: [Result<[PixelSize], JobError>?]

  /// Reads headers where the names have the size of the output in them.
  init(_ inputs: InputFiles, naming: OutputNaming) {
    self.inputs = inputs
    self.naming = naming
    measured = naming.template.needsPixelSize ? inputs.map { naming.measured($0) } : []
  }

  package var startIndex: Int { 0 }
  package var endIndex: Int { inputs.count }

  package subscript(index: Int) -> Job {
    naming.job(index: index, for: inputs[index], measured: measured.isEmpty ? nil : measured[index])
  }

  /// Where the outputs of one lie below the output folder, as bytes; none where it is refused. Without putting the job
  /// together: planning asks this of all of them.
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
    return names.contains { $0 == nil } ? [] : names.compactMap { $0?.path }
  }

  /// The outputs of all, to be looked up.
  /// - Parameter folder: the one that they are in.
  func names(below folder: FilePath) -> OutputNames { OutputNames(self, below: folder) }

  /// Bytes of the source of one, without putting the job together.
  package func sourceByteCount(at index: Int) -> Int { inputs.byteCount(at: index) }

  /// Bytes of the sources of some.
  package func sourceByteCount(at indices: [UInt32]) -> Int { indices.reduce(0) { $0 + sourceByteCount(at: Int($1)) } }
}
