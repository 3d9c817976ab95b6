internal import ImageErrors

extension Hint {
  /// What to do, with the options of this program. The only place where advice about an image names them.
  var sentence: String {
    switch self {
    case .giveFoldersAsInputs: "give folders as INPUT"
    case .makeReadable: "make the file and its folders readable for this user"
    case .raiseOpenFileLimit: "raise `ulimit -n` or lower --jobs"
    case .startNearer: "start the run from a folder nearer to the file"
    case .checkStorage: "check the disk or the network"
    case .mendLink: "mend the link"
    case .runAgainUnchanged: "run again when nothing writes to it"
    case .separateByZeroBytes: "if zero bytes end the names, use -0"

    case .convert: "convert it first"
    case .convertOrLeaveOut: "leave it out, or convert it first"
    case .fetchAgain: "fetch it again, or use --fail-on never for what is there"
    case .raiseFileLimit: "raise --max-file-bytes to read it"
    case .raisePixelLimit: "raise it with --max-pixels"
    case .raiseScanLimit: "raise the limit with --max-scans if you trust the file"
    case .raiseMemoryLimit: "raise the limit with --max-memory"
    case .raiseTimeLimit: "raise it with --timeout"
    case .lowerMemoryUse: "lower --max-memory or --jobs"
    case .makeSmaller: "ask for a smaller --size, or for --format png"
    case .reportFault: "please report it with this file"
    case .retryFailed: "known from an earlier run, not tried again (--retry-failed does)"

    case .allowExisting: "use --existing overwrite or skip"
    case .makeWritable: "make the output folder writable for this user"
    case .freeSpace: "free some space and run again with --resume"
    case .raiseFileSizeLimit: "raise `ulimit -f`"
    case .shortenName: "choose shorter names with --name"
    case .chooseName: "choose another --name"
    case .chooseFolder: "choose another --out"
    case .chooseFolderOrName: "choose another --out or --name"
    case .replaceLink: "replace the link by a folder, or choose another --out"

    case .allowPrivate: "use --allow-private where that is meant"
    case .raiseDownloadLimit: "raise --max-bytes to take it"
    case .runAgainLater: "run again later with --retry-failed"
    case .giveLogin: "see --header"
    case .sendFewerRequests: "see --per-host"
    case .changeList: "change the list"
    case .changeListOrThumbnails: "change the list, or choose another --thumbs"
    case .changeListOrMoveFile: "move it away or change the list"
    case .removePart: "remove it"
    case .writeNameInASCII: "write the name in its ASCII form (xn--...)"

    case .convertToSRGB: "use --icc srgb"
    case .showWarnings: "see --verbose"
    case .listFailures: "--failed-to lists them all"
    }
  }
}
