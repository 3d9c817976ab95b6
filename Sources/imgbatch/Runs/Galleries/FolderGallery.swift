internal import BatchEngine
internal import ImageCodecs
internal import ImageCore
internal import ImageErrors
internal import Parallelism
internal import Reporting
internal import RunState
internal import Synchronization
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting
internal import Thumbnailing
internal import WorkerIPC

/// A page that contains thumbnails of the images in a folder. They are made in a scratch folder.
struct FolderGallery {
  let folder: FilePath
  let page: FilePath
  let heading: String
  let execution: ExecutorOptions
  let messages: MessageOptions

  private let began = ContinuousClock.now

  func perform() throws -> ExitStatus {
    let (inputs, omitted) = try find()
    var check = OverwriteCheck(inputs: inputs)
    let file = try Page(page, for: "--out", &check)
    let scratch: ScratchFolder
    do { scratch = try ScratchFolder() } catch { throw CommandError.scratchFolder(error.message) }
    let (status, thumbnails) = try makeThumbnails(of: inputs, omitted, in: scratch.path)
    if case .interrupted = status { return status }
    let images = try thumbnails.result()
    if images.isEmpty { throw CommandError.emptyPage }
    let (gallery, permissions) = content(inputs, omitted, images, in: scratch.path)
    try file.write(gallery, permissions: permissions, messages)
    return status
  }

  private func find() throws -> (InputFiles, OmittedInputs) {
    let found: InputList
    var rules = WalkRules()
    // The page names them.
    rules.listsUnreadable = true
    rules.stop = Signals.cancellation
    do throws(InputListError) { found = try InputList.find([folder], rules: rules) } catch {
      throw CommandError(error)
    }
    try ExitStatus.throwIfInterrupted()
    if found.inputs.isEmpty { throw CommandError.noInput([folder], found) }
    return (found.inputs, found.omitted)
  }

  private func makeThumbnails(
    of inputs: InputFiles, _ omitted: OmittedInputs, in scratch: FilePath
  ) throws -> (ExitStatus, GalleryThumbnails) {
    let jobs = SortedJobs(
      inputs.enumerated().map { index, input in
        Job(
          index: index, source: input.source, output: thumbnail(index, in: scratch), format: .jpeg,
          sourceByteCount: input.byteCount, refusal: input.refusal)
      })
    let reporter = RunReporter(
      messages, extent: .init(inputs: inputs.count, sourceByteCount: inputs.reduce(0) { $0 + $1.byteCount }),
      omitted: omitted, events: messages.events,
      advice: advice(options: ["--out", "--jobs", "--max-memory", "--timeout"]), verb: nil, since: began)
    let driver = RunDriver(reporter, inputs: jobs, execution: execution)
    let thumbnails = GalleryThumbnails(driver)
    let status = try driver.runUnrecorded(
      ObservedJobs(jobs, thumbnails), in: scratch, execution, FolderGallery.options, scratch: scratch)
    return (status, thumbnails)
  }

  /// Sharp enough for high-resolution screens, and small enough for thousands of thumbnails in one page.
  private static var options: ThumbnailOptions {
    var options = ThumbnailOptions()
    options.size = .box(width: 256, height: 256)
    options.jpeg.quality = 72
    return options
  }

  private func thumbnail(_ index: Int, in scratch: FilePath) -> FilePath { scratch.appending("\(index).jpg") }

  /// The page, and its permissions: only users who may read all of its images may read it.
  private func content(
    _ inputs: InputFiles, _ omitted: OmittedInputs, _ images: [Int: WrittenImage], in scratch: FilePath
  ) -> (Gallery, Permissions) {
    var gallery = Gallery(title: heading, kind: .files, page: page)
    var permissions = Permissions.ordinary
    for (index, input) in inputs.enumerated() {
      guard let image = images[index],
        let (jpeg, readers) = AtomicFile.contents(of: thumbnail(index, in: scratch), atMost: .max)
      else {
        gallery.addMissing(input.source.forTerminal)
        continue
      }
      permissions = permissions.intersection(readers)
      gallery.add(
        path: input.source,
        facts: "\(image.sourceSize.width) x \(image.sourceSize.height), \(humanByteCount(image.sourceByteCount))",
        jpeg: jpeg, width: image.outputSize.width, height: image.outputSize.height)
    }
    for file in omitted.unreadableFiles { gallery.addMissing("\(file.path.forTerminal): \(file.format)") }
    return (gallery, permissions)
  }
}

/// Collects the thumbnails of a gallery, and cancels the run if one cannot be written: the rest would fail too.
private final class GalleryThumbnails: OutcomeObserver {
  private let observer: any OutcomeObserver
  private let state = Mutex<(images: [Int: WrittenImage], failure: JobError?)>(([:], nil))

  /// - Parameter observer: receives all outcomes but write failures, which are not failures of an image.
  init(_ observer: any OutcomeObserver) { self.observer = observer }

  func observe(_ job: Job, _ outcome: Outcome) {
    switch outcome {
    case .written(let image): state.withLock { $0.images[job.index] = image }
    case .failed(let error) where error.stage == .write:
      state.withLock { $0.failure = $0.failure ?? error }
      return Signals.cancellation.cancel()
    case .failed, .skipped: break
    }
    observer.observe(job, outcome)
  }

  /// The images that were written, by job index.
  func result() throws(CommandError) -> [Int: WrittenImage] {
    let (images, failure) = state.withLock { $0 }
    // Hints about outputs do not apply here.
    if let failure { throw .scratchFolder(failure.message) }
    return images
  }
}
