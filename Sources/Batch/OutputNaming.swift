internal import Codecs
package import Imaging
package import SystemPackage

/// How the outputs of a run are named.
package struct OutputNaming: Sendable {
  package var folder: FilePath
  package var template: NameTemplate
  package var format: OutputFormat
  /// What `{size}` stands for.
  package var size: String
  /// The size that a source's output will have, upright; asked only where the template has `{w}` or `{h}`.
  package var measure: (@Sendable (FilePath) throws(JobError) -> PixelSize)?

  package init(
    folder: FilePath, template: NameTemplate = .mirrored, format: OutputFormat = .same, size: String = "",
    measure: (@Sendable (FilePath) throws(JobError) -> PixelSize)? = nil
  ) {
    self.folder = folder
    self.template = template
    self.format = format
    self.size = size
    self.measure = measure
  }

  /// The job that makes an input's output; refused where the input is, where its size cannot be told for its name, or
  /// where its name would lead out of the folder.
  func job(index: Int, for input: FoundInput) -> Job { job(index: index, for: input, measured: measured(input)) }

  /// The size of an input's output, or why there is none; nil where names do not need it.
  func measured(_ input: FoundInput) -> Result<PixelSize, JobError>? {
    guard template.needsPixelSize, input.refusal == nil, let measure else { return nil }
    do { return .success(try measure(input.source)) } catch { return .failure(error) }
  }

  /// - Parameter measured: what `measured` gave.
  func job(index: Int, for input: FoundInput, measured: Result<PixelSize, JobError>?) -> Job {
    var refusal = input.refusal
    var pixels: PixelSize?
    switch measured {
    case .success(let size): pixels = size
    case .failure(let error): refusal = error
    case nil: break
    }
    let parts = NameParts(
      relative: input.relative, requested: format, contents: input.contents, size: size, pixels: pixels)
    let name = template.name(of: parts)
    if name == nil, refusal == nil { refusal = .unusableName }
    return Job(
      index: index, source: input.source, output: name.map { folder.pushing($0.path) } ?? folder,
      format: name?.format ?? .jpeg, sourceByteCount: input.byteCount, refusal: refusal)
  }
}

extension JobError {
  fileprivate static let unusableName = JobError(
    stage: .write, code: .write,
    message: "its name makes no output name inside the output folder; choose another --name")
}
