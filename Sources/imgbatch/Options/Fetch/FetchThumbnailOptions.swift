internal import ArgumentParser
internal import BatchEngine
internal import SystemSupport
internal import Thumbnailing
internal import WorkerIPC

/// The thumbnails that are made while downloads continue.
struct FetchThumbnailOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Make thumbnails in this folder, too.", valueName: "folder"))
  var thumbs: PathArgument?

  @Option(
    help: ArgumentHelp("Size of the thumbnails, as --size of resize. (default: 256)", valueName: "size"),
    transform: SizeArgument.init)
  var resize: SizeArgument?

  @Flag(help: "Keep the pictures as they came, in --out. (default)")
  var keepOriginals = false

  @Flag(help: "Remove each picture from --out when its thumbnail is written; one whose thumbnail failed stays.")
  var noOriginals = false

  @Option(
    help: ArgumentHelp(
      "Thumbnails at once. (default: the cores that this process may really use)", valueName: "n"))
  var jobs: WorkerCount?

  @Option(
    help: ArgumentHelp("Memory of the thumbnails' pictures. (default: half of what is available)", valueName: "bytes"))
  var maxMemory: ByteCount?

  func validate() throws {
    try jobs?.validate()
    if keepOriginals && noOriginals { throw ValidationError("--keep-originals and --no-originals cannot both be.") }
    guard thumbs == nil else { return }
    let needing = [
      ("resize", resize != nil), ("no-originals", noOriginals), ("jobs", jobs != nil), ("max-memory", maxMemory != nil),
    ]
    if let (name, _) = needing.first(where: \.1) {
      throw ValidationError("--\(name) is about thumbnails; add --thumbs.")
    }
  }

  /// Nil where no thumbnails are requested.
  func makeOptions(mode: ExecutionMode, sandbox: SandboxRule) -> DownloadThumbnailerOptions? {
    guard let thumbs else { return nil }
    var options = ThumbnailOptions()
    options.size = resize?.request ?? options.size
    var execution = ExecutorOptions(mode, workers: mode == .serial ? 1 : jobs?.count ?? UsableCores.count)
    if let maxMemory { execution.limits.memoryByteCount = maxMemory.count }
    execution.sandbox = sandbox
    return DownloadThumbnailerOptions(
      folder: thumbs.path, options: options, execution: execution, keepsOriginals: !noOriginals)
  }
}
