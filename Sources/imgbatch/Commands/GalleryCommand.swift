internal import ArgumentParser
internal import BatchEngine
internal import Downloading
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

struct GalleryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gallery",
    abstract: "Makes a page to choose pictures from, of a folder or of a list of addresses.",
    discussion: """
      The page is one file that works without a server. Of a folder it holds thumbnails; of a list it shows the pictures \
      where they are. What is chosen there is saved as a list that resize --files-from or fetch reads; paths are as they \
      are from where this command runs.

      EXAMPLES:
        imgbatch gallery dogs --out dogs.html
        imgbatch gallery dogs.txt --out choose.html
      """)

  @Argument(help: ArgumentHelp("A folder of pictures, or a list of addresses as fetch reads it.", valueName: "source"))
  var source: PathArgument

  @Option(help: ArgumentHelp("The page.", valueName: "file"))
  var out: PathArgument

  @Option(help: ArgumentHelp("What stands above the pictures. (default: the source's name)", valueName: "text"))
  var title: String?

  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run() throws {
    try ending {
      Signals.handle()
      if messages.progressWidth != nil { Signals.clearLineWhenSuspended() }
      let isFolder = (try? FileStatus(of: source.path).kind) == .folder
      return try isFolder ? ofFolder() : ofList()
    }
  }

  private var heading: String { title ?? String(decoding: source.path) }

  // MARK: - A folder

  private func ofFolder() throws -> ExitStatus {
    let found: InputList
    do throws(InputListError) { found = try InputList.find([source.path], rules: WalkRules()) } catch {
      throw CommandError(error)
    }
    if found.inputs.isEmpty { throw CommandError.noInput([source.path], found) }
    var check = OverwriteCheck(inputs: found.inputs)
    let file = try Page(out.path, for: "--out", &check)
    let scratch: ScratchFolder
    do { scratch = try ScratchFolder() } catch { throw CommandError.scratchFolder(error.message) }
    Signals.onGracePeriodExpired { [path = scratch.path] in ScratchFolder.remove(path) }

    let began = ContinuousClock.now
    let reporter = RunReporter(
      messages,
      extent: .init(inputs: found.inputs.count, sourceByteCount: found.inputs.reduce(0) { $0 + $1.byteCount }),
      events: messages.events, since: began)
    let jobs = JobQueue()
    for (index, input) in found.inputs.enumerated() {
      jobs.add(
        Job(
          index: index, source: input.source, output: scratch.path.appending("\(index).jpg"), format: .jpeg,
          sourceByteCount: input.byteCount, refusal: input.refusal))
    }
    jobs.close()
    let images = Mutex<[Int: WrittenImage]>([:])
    // A write error is not specific to one image: all later images would fail as well.
    let unwritable = Mutex<JobError?>(nil)
    let stop = Signals.stopRequest
    reporter.start(version: Build.version, mode: .threads, workers: UsableCores.count)
    do throws(ExecutorError) {
      try executor(for: .threads, workers: UsableCores.count).run(jobs, options: options, stop: stop) { job, outcome in
        switch outcome {
        case .written(let image): images.withLock { $0[job.index] = image }
        case .failed(let error) where error.stage == .write:
          unwritable.withLock { $0 = $0 ?? error }
          stop.make()
          return
        case .failed, .skipped: break
        }
        reporter.add(job, outcome)
      }
    } catch {
      throw CommandError(error)
    }
    let summary = reporter.finish(inputs: found.inputs.count, usage: .now(workerProcesses: 0))
    if let signal = Signals.received { return .interrupted(signal: signal) }
    // The text after the first semicolon is advice about outputs, which does not apply here.
    if let error = unwritable.withLock({ $0 }) {
      throw CommandError.scratchFolder(String(error.message.prefix { $0 != ";" }))
    }
    let thumbnails = images.withLock { $0 }
    if thumbnails.isEmpty { throw CommandError.emptyPage }
    let (page, permissions) = try page(found.inputs, thumbnails, in: scratch.path)
    try file.write(page, permissions: permissions)
    return ExitStatus(summary.statistics, interruptedBy: nil)
  }

  /// Sharp enough on high-density screens, and small enough for thousands of thumbnails in one page.
  private var options: ThumbnailOptions {
    var options = ThumbnailOptions()
    options.size = .box(width: 256, height: 256)
    options.jpeg.quality = 72
    return options
  }

  /// The page, and its permissions: only users who may read all images in it may read the page.
  private func page(
    _ inputs: InputFiles, _ images: [Int: WrittenImage], in scratch: FilePath
  ) throws -> ([UInt8], Permissions) {
    var gallery = Gallery(title: heading, kind: .files)
    var permissions = Permissions.ordinary
    for (index, input) in inputs.enumerated() {
      let thumbnail = scratch.appending("\(index).jpg")
      guard let image = images[index], let (jpeg, readers) = AtomicFile.contents(of: thumbnail, atMost: .max) else {
        continue
      }
      permissions = permissions.intersection(readers)
      gallery.add(
        path: input.source.bytes,
        facts: "\(image.sourceSize.width) x \(image.sourceSize.height), \(humanByteCount(image.sourceByteCount))",
        jpeg: jpeg, width: image.outputSize.width, height: image.outputSize.height)
    }
    return (gallery.page(missing: inputs.count - gallery.count), permissions)
  }

  // MARK: - A list

  private func ofList() throws -> ExitStatus {
    if let reason = CurlLibrary.open() { throw CommandError.noCurl(reason) }
    var check = OverwriteCheck(lists: [source.path])
    let file = try Page(out.path, for: "--out", &check)
    var entries: [ListedAddress] = []
    do throws(Errno) {
      let list = try source.text == "-" ? Descriptor(owning: 0) : Descriptor(opening: source.path, .list)
      var reader = DownloadListReader(list)
      while !reader.isAtEnd, !Signals.stopRequest.isMade {
        while let entry = try reader.next() { entries.append(entry) }
        if !reader.isAtEnd { reader.waitForMore() }
      }
    } catch {
      throw CommandError(.unreadableList(source.path, reason: error.message))
    }
    if let signal = Signals.received { return .interrupted(signal: signal) }
    if entries.isEmpty {
      throw CommandError(status: .noInput, sentence: "the list \(source.path.forTerminal) has no address.")
    }
    let hasMore = entries.contains { $0.hasMore }
    var gallery = Gallery(title: heading, kind: .addresses)
    var loginCount = 0
    for var entry in entries {
      guard entry.problem == nil, let address = HTTPURL(entry.address) else {
        StandardStream.error.write(
          "failed \(terminalText(withoutPasswords(entry.address))): fetch: \(entry.problem ?? "not an address of http or https") [network]\n"
        )
        continue
      }
      // A page may be shared, so it must not contain logins.
      if address.login != nil {
        loginCount += 1
        entry.address = address.text
      }
      gallery.add(
        address: address.text, name: entry.name ?? address.host + address.path,
        line: hasMore ? entry.jsonLine(keepsPosition: false) : entry.address)
    }
    if gallery.count == 0 { throw CommandError.emptyPage }
    try file.write(gallery.page(missing: entries.count - gallery.count))
    if loginCount > 0 {
      let what = loginCount == 1 ? "1 address has" : "\(loginCount) addresses have"
      StandardStream.error.write(
        "Warning: \(what) a user or a password, which the page leaves out; add it to the lists that are saved there.\n")
    }
    return gallery.count < entries.count ? .someImagesFailed : .success
  }
}

extension CommandError {
  fileprivate static let emptyPage = CommandError(
    status: .someImagesFailed, sentence: "no picture can be shown, so no page was written.")
}
