internal import ArgumentParser
internal import BatchEngine
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// The thumbnails that are made while downloads continue.
struct FetchThumbnailOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Make thumbnails in this folder while other images download.", valueName: "folder"),
    completion: .directory)
  var thumbs: PathArgument?

  @Option(
    help: ArgumentHelp("Size of the thumbnails, as --size of resize. (default: 256)", valueName: "size"),
    transform: SizeArgument.init)
  var thumbSize: SizeArgument?

  // The former name of --thumb-size.
  @Option(help: .hidden, transform: SizeArgument.init)
  var resize: SizeArgument?

  @Flag(help: "Keep the downloaded images in --out. (default)")
  var keepOriginals = false

  @Flag(help: "Remove each image from --out when its thumbnail is written; if the thumbnail fails, the image stays.")
  var noOriginals = false

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Number of thumbnails at once.", discussion: "Default: the cores that this process may use.", valueName: "n"))
  var jobs: WorkerCount?

  @Option(
    help: ArgumentHelp(
      "Memory for the thumbnails.", discussion: "Default: half of the memory that is available.", valueName: "bytes"),
    transform: ByteCount.init(text:))
  var maxMemory: ByteCount?

  func validate() throws {
    try jobs?.validate()
    if keepOriginals && noOriginals { throw ValidationError("--keep-originals cannot be used with --no-originals.") }
    if thumbSize != nil && resize != nil { throw ValidationError("--resize is --thumb-size; omit one of them.") }
    guard thumbs == nil else { return }
    let needing = [
      ("thumb-size", size != nil), ("no-originals", noOriginals), ("jobs", jobs != nil),
      ("max-memory", maxMemory != nil),
    ]
    if let (name, _) = needing.first(where: \.1) {
      throw ValidationError("--\(name) needs --thumbs.")
    }
  }

  private var size: SizeArgument? { thumbSize ?? resize }

  /// Nil where no thumbnails are requested.
  func makeOptions(mode: ExecutionMode, sandbox: SandboxRule, _ list: ManifestOptions) -> DownloadThumbnailerOptions? {
    guard let thumbs else { return nil }
    var options = ThumbnailOptions()
    options.fingerprints = list.fingerprints
    if let size {
      options.size = size.request
      options.fit = size.suffix?.fit ?? options.fit
      options.upscale = size.suffix?.upscaling ?? options.upscale
    }
    var execution = ExecutorOptions(mode, workers: mode == .serial ? 1 : jobs?.count ?? UsableCores.count)
    if let maxMemory { execution.limits.memoryByteCount = maxMemory.count }
    execution.sandbox = sandbox
    return DownloadThumbnailerOptions(
      folder: thumbs.path, options: options, execution: execution, keepsOriginals: !noOriginals)
  }
}
