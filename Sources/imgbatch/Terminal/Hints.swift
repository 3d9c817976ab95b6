internal import ImageErrors

extension Hint {
  /// What to do, with the options of this program. The only place where advice about an image names them.
  var sentence: String {
    switch self {
    case .giveFoldersAsInputs: "name folders on the command line"
    case .makeReadable: "make the file and its folders readable for this user"
    case .raiseOpenFileLimit: "raise `ulimit -n` or lower --jobs"
    case .startNearer: "run it in a folder closer to the file"
    case .checkStorage: "check the disk or the network"
    case .mendLink: "repair or remove the link"
    case .runAgainUnchanged: "run again when no program writes to it"
    case .separateByZeroBytes: "if NUL bytes end the names, use -0"

    case .convert: "convert it first"
    case .allowUnconfined: "if you trust the file, use --allow-unconfined"
    case .convertOrLeaveOut: "leave it out, or convert it first"
    case .fetchAgain: "get a complete copy, or use --fail-on never to keep what is there"
    case .getAgain: "get it again, or leave it out"
    case .raiseFileLimit: "raise the limit with --max-file-bytes"
    case .raisePixelLimit: "raise the limit with --max-pixels"
    case .raiseScanLimit: "if you trust the file, raise the limit with --max-scans"
    case .raiseMemoryLimit: "raise the limit with --max-memory"
    case .raiseTimeLimit: "raise the limit with --timeout"
    case .raiseReadTimeLimit: "check the storage, or raise the limit with --read-timeout"
    case .lowerMemoryUse: "lower --max-memory or --jobs"
    case .makeSmaller: "use a smaller --size, or --format png"
    case .fitOutput: "raise --max-output-bytes, lower --min-quality, or use a smaller --size"
    case .reportFault: "please report it with this file"
    case .retryFailed: "it was not tried again; --retry-failed tries it"

    case .allowExisting: "use --existing overwrite or skip"
    case .makeWritable: "make the output folder writable for this user"
    case .freeSpace: "free some space, then continue with --resume"
    case .raiseFileSizeLimit: "raise `ulimit -f`"
    case .shortenName: "use shorter names with --name"
    case .chooseName: "use a different --name"
    case .chooseFolder: "use a different --out"
    case .chooseFolderOrName: "use a different --out or --name"
    case .replaceLink: "replace the link by a folder, or use a different --out"

    case .allowPrivate: "if that is intended, use --allow-private"
    case .raiseDownloadLimit: "raise the limit with --max-bytes"
    case .runAgainLater: "run again later with --retry-failed"
    case .giveLogin: "see --header"
    case .sendFewerRequests: "see --per-host"
    case .changeList: "change the list"
    case .changeListOrThumbnails: "change the list, or use a different --thumbs"
    case .changeListOrMoveFile: "move it away or change the list"
    case .removePart: "remove it"
    case .writeNameInASCII: "write the name in its ASCII form (xn--...)"

    case .convertToSRGB: "use --icc srgb"
    case .showWarnings: "see --verbose"
    case .resume: "continue with --resume"
    case .chooseFormat: "--format auto writes opaque images as JPEG"
    case .listFailures: "--failed-to lists all of them"
    }
  }
}

/// The advice of a command that has few options: clauses that name other options are left out.
func advice(options: Set<String>) -> Advice {
  { hint in
    let clauses = hint.sentence.split(separator: ", or ").flatMap { $0.split(separator: "; ") }
    let usable = clauses.filter { clause in
      clause.split(separator: " ").allSatisfy { !$0.hasPrefix("--") || options.contains(String($0)) }
    }
    return usable.joined(separator: ", or ")
  }
}
