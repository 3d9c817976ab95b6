package import ImageCore
package import ImageErrors
package import RunState
package import SystemPackage
internal import SystemSupport

/// The rule that names the outputs of a run.
package struct OutputNaming: Sendable {
  package let base: BaseFolder
  package var template: NameTemplate
  package var format: OutputFormat
  /// The values of `{size}`, one per output of an image.
  package var sizes: [String]
  /// The sizes of a source's outputs, in upright orientation. Only called if the template contains `{w}` or `{h}`.
  package var measure: (@Sendable (FilePath) -> Result<[PixelSize], JobError>)?

  package init(
    folder: FilePath, template: NameTemplate = .mirrored, format: OutputFormat = .same, sizes: [String] = [""],
    measure: (@Sendable (FilePath) -> Result<[PixelSize], JobError>)? = nil
  ) {
    base = BaseFolder(folder)
    self.template = template
    self.format = format
    self.sizes = sizes
    self.measure = measure
  }

  package var folder: FilePath { base.path }

  /// The job that makes an input's outputs. It is refused if the input is refused, if its name needs a size that cannot be
  /// determined, or if its name would leave the folder.
  func job(index: Int, for input: InputFile) -> Job { job(index: index, for: input, measured: measured(input)) }

  /// The sizes of an input's outputs or the error; nil if the names do not need sizes.
  func measured(_ input: InputFile) -> Result<[PixelSize], JobError>? {
    guard template.needsPixelSize, input.refusal == nil, let measure else { return nil }
    return measure(input.source)
  }

  /// - Parameter measured: the result of `measured(_:)`.
  func job(index: Int, for input: InputFile, measured: Result<[PixelSize], JobError>?) -> Job {
    var refusal = input.refusal
    var pixels: [PixelSize]?
    switch measured {
    case .success(let sizes): pixels = sizes
    case .failure(let error): refusal = error
    case nil: break
    }
    let outputs = names(relative: Array(input.relativeBytes), contents: input.contents, pixels: pixels).map { names in
      if names == nil, refusal == nil { refusal = .unusableName }
      let paths = names?.map { (path: folder.pushing(FilePath(bytes: $0.path)), format: $0.format) }
      let first = paths?.first ?? (folder, .jpeg)
      return JobOutput(
        path: first.path, below: base, format: first.format,
        or: paths?.dropFirst().first.map { JobOutput.Alternative(path: $0.path, format: $0.format) })
    }
    return Job(
      index: index, source: input.source, relativeStart: input.relativeStart, outputs: outputs,
      sourceByteCount: input.byteCount, refusal: refusal)
  }
}

extension OutputNaming {
  /// A hash of the naming rule, the same in every process: runs with equal marks give an input equal names.
  package var mark: UInt64 {
    var hash = FNVHash()
    hash.add(template.canonicalBytes)
    hash.add(Array("\(format)\0".utf8))
    if template.hasSize { hash.add(Array(sizes.joined(separator: "\0").utf8)) }
    return hash.value
  }

  /// The possible paths of each of an input's outputs below the folder, and their formats: one, or two with the format `auto`.
  /// Nil for a name that would leave the folder.
  func names(
    relative: [UInt8], contents: ImageFormat?, pixels: [PixelSize]?
  ) -> [[(path: [UInt8], format: ImageFormat)]?] {
    let requests: [OutputFormat] = format == .auto ? [.jpeg, .png] : [format]
    var parts = NameParts(relative: relative, requested: format, contents: contents, size: "")
    return sizes.indices.map { position in
      parts.size = sizes[position]
      parts.pixels = pixels?[position]
      var names: [(path: [UInt8], format: ImageFormat)] = []
      for request in requests {
        parts.requested = request
        guard let name = template.bytes(of: parts) else { return nil }
        names.append(name)
      }
      return names
    }
  }
}

extension JobError {
  fileprivate static let unusableName = JobError(
    stage: .write, code: .write,
    message: "its name makes no output name inside the output folder", hint: .chooseName)
}
