package import RunState
package import SystemPackage
package import SystemSupport
package import WorkerIPC

/// The options of a download run.
package struct DownloadOptions: Sendable {
  package let base: BaseFolder
  /// The folder of the thumbnails; nil where none are made.
  package var thumbnailFolder: FilePath?
  /// The most requests at once, in all and to one host.
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
  /// The worker program, if a worker process makes each request; nil to make requests in this process.
  package var workerProgram: String?
  /// Whether to run where a worker process cannot be fully confined.
  package var sandbox = SandboxRule.wanted

  package init(folder: FilePath) { base = BaseFolder(folder) }

  package var folder: FilePath { base.path }
}
