internal import ArgumentParser
internal import SystemPackage
internal import SystemSupport

struct GalleryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gallery",
    abstract: "Make a page to choose images from, for a folder or a list of addresses.",
    discussion: """
      The page is a single file that needs no server. For a folder it contains thumbnails; for a list it loads the images \
      from their servers. Save list writes the selection as a list for resize --files-from or for fetch. Its paths are \
      relative to the folder in which this command runs.

      EXAMPLES:
        imgbatch gallery dogs --out dogs.html
        imgbatch gallery dogs.txt --out choose.html
      """)

  @Argument(help: ArgumentHelp("A folder of images, or a list of addresses as for fetch.", valueName: "source"))
  var source: PathArgument

  @Option(name: .shortAndLong, help: ArgumentHelp("The page.", valueName: "file.html"))
  var out: PathArgument

  @Option(help: ArgumentHelp("Heading of the page. (default: the name of the source)", valueName: "text"))
  var title: String?

  @OptionGroup(title: "Work") var work: GalleryWorkOptions
  @OptionGroup(title: "Work") var limits: WorkLimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run() throws {
    try ending {
      Signals.handle()
      if messages.progressWidth != nil { Signals.clearLineWhenSuspended() }
      let isFolder = (try? FileStatus(of: source.path).kind) == .folder
      let heading = title ?? String(decoding: source.path)
      return isFolder
        ? try FolderGallery(
          folder: source.path, page: out.path, heading: heading, execution: work.execution(limits), messages: messages
        ).perform()
        : try ListGallery(list: source, page: out.path, heading: heading, messages: messages).perform()
    }
  }
}
