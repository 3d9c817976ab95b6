/// What the user can do about an error or a loss. The program has the sentence for each hint, because it knows the options that
/// the sentence names. Cases are added, never renamed: the journal stores the names.
package enum Hint: String, CaseIterable, Sendable {
  // Inputs
  case giveFoldersAsInputs = "give-folders-as-inputs"
  case makeReadable = "make-readable"
  case raiseOpenFileLimit = "raise-open-file-limit"
  case startNearer = "start-nearer"
  case checkStorage = "check-storage"
  case mendLink = "mend-link"
  case runAgainUnchanged = "run-again-unchanged"
  case separateByZeroBytes = "separate-by-zero-bytes"

  // Images and limits
  case convert
  case allowUnconfined = "allow-unconfined"
  case convertOrLeaveOut = "convert-or-leave-out"
  case fetchAgain = "fetch-again"
  case getAgain = "get-again"
  case raiseFileLimit = "raise-file-limit"
  case raisePixelLimit = "raise-pixel-limit"
  case raiseScanLimit = "raise-scan-limit"
  case raiseMemoryLimit = "raise-memory-limit"
  case raiseTimeLimit = "raise-time-limit"
  case raiseReadTimeLimit = "raise-read-time-limit"
  case lowerMemoryUse = "lower-memory-use"
  case makeSmaller = "make-smaller"
  case fitOutput = "fit-output"
  case reportFault = "report-fault"
  case retryFailed = "retry-failed"

  // Outputs
  case allowExisting = "allow-existing"
  case makeWritable = "make-writable"
  case freeSpace = "free-space"
  case raiseFileSizeLimit = "raise-file-size-limit"
  case shortenName = "shorten-name"
  case chooseName = "choose-name"
  case chooseFolder = "choose-folder"
  case chooseFolderOrName = "choose-folder-or-name"
  case replaceLink = "replace-link"

  // Downloads
  case allowPrivate = "allow-private"
  case raiseDownloadLimit = "raise-download-limit"
  case runAgainLater = "run-again-later"
  case giveLogin = "give-login"
  case sendFewerRequests = "send-fewer-requests"
  case changeList = "change-list"
  case changeListOrThumbnails = "change-list-or-thumbnails"
  case changeListOrMoveFile = "change-list-or-move-file"
  case removePart = "remove-part"
  case writeNameInASCII = "write-name-in-ascii"

  // Losses, and what a summary leaves out
  case convertToSRGB = "convert-to-srgb"
  case showWarnings = "show-warnings"
  case listFailures = "list-failures"
  case resume
  /// For PNGs that are much larger than JPEGs would be.
  case chooseFormat = "choose-format"
}

/// The program's sentence for a hint: without a capital and a full stop, to follow a message.
package typealias Advice = @Sendable (Hint) -> String
