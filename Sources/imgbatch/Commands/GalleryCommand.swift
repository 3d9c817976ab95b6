internal import ArgumentParser
internal import SystemPackage
internal import SystemSupport

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

  @OptionGroup(title: "Work on a folder") var work: GalleryWorkOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run() throws {
    try ending {
      Signals.handle()
      if messages.progressWidth != nil { Signals.clearLineWhenSuspended() }
      let isFolder = (try? FileStatus(of: source.path).kind) == .folder
      let heading = title ?? String(decoding: source.path)
      return isFolder
        ? try FolderGallery(
          folder: source.path, page: out.path, heading: heading, execution: work.execution, messages: messages
        ).perform()
        : try ListGallery(list: source, page: out.path, heading: heading).perform()
    }
  }
}
