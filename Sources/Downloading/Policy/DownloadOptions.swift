package import RunState
package import SystemPackage
package import SystemSupport
package import WorkerIPC

/// What a run downloads by.
package struct DownloadOptions: Sendable {
  package let base: BaseFolder
  /// Where thumbnails go; nil where none are made.
  package var thumbnailFolder: FilePath?
  /// Requests that are under way at once, and to one host.
  package var connections = 16
  package var perHost = 6
  package var request = RequestDefaults()
  package var retry = RetryRule()
  package var proxies = ProxyConfiguration { _ in nil }
  package var headers = OwnHeaders()
  package var maxByteCount = 512 << 20
  package var maxRedirects = 10
  package var durability = Durability.ordinary
  package var selection = JobSelection.all
  /// Has each request made by a worker process; nil for this process.
  package var workerProgram: String?
  /// What it means where a worker process cannot be confined in full.
  package var sandbox = SandboxRule.wanted

  package init(folder: FilePath) { base = BaseFolder(folder) }

  package var folder: FilePath { base.path }
}
