package import Parallelism
package import RunState
package import SystemPackage
package import SystemSupport

package struct WalkRules: Sendable {
  package var depth: WalkDepth = .all
  /// Whether to walk symbolic links to folders. Links to files are always read.
  package var folderLinks: SymlinkPolicy = .stay
  /// The output folder. It is skipped inside a walked folder, because its images are results.
  package var output: FilePath?
  /// Regular files of other shards become inputs by a known suffix alone, without a `stat` call.
  package var shard: Shard?
  /// Entries that are left out.
  package var excludes: [ExcludePattern] = []
  /// Whether images in formats that cannot be read are inputs, which fail.
  package var unreadableFails = false
  /// Whether the paths of such images are kept, in addition to their number.
  package var listsUnreadable = false
  /// Whether relative paths start with the name of the input folder (`--parents`).
  package var keepsInputName = false
  /// Ends the search early.
  package var stop: CancellationFlag?
  package var threads = WaitingThreads.storage

  package init() {}
}

package enum WalkDepth: Sendable { case all, topOnly }
