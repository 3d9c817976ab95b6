import ArgumentParser
import Hummingbird
import HummingbirdCore
import Thumbnails

@main struct ThumbnailServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thumbnail-server", abstract: "Serves thumbnails of the images in a folder.")

  @Argument(help: "The folder of the images.") var folder: String
  @Option(help: "The address to listen on.") var host = "127.0.0.1"
  @Option(help: "The port to listen on; 0 for any that is free.") var port = 8080
  @Option(help: "A width and height that is made; repeat it for several. Otherwise all from 1 to 4096 are.")
  var side: [Int] = []
  @Option(help: "Images that may wait for a thread; further clients are told to come back.") var maxWaiting = 128
  @Option(help: "Connections at the same time; further ones wait to be accepted.") var maxConnections = 1024
  @Option(help: "Seconds for one image.") var timeout = 10.0

  /// Smaller than the limits of the library, because a client waits.
  private var limits: ThumbnailLimits {
    var limits = ThumbnailLimits()
    limits.byteCount = 64 << 20
    limits.pixelCount = 120_000_000
    limits.timeout = .seconds(timeout)
    return limits
  }

  func run() async throws {
    let limits = limits
    guard let images = ImageFolder(path: folder, byteLimit: limits.byteCount) else {
      throw ValidationError("\(folder) is not a folder that can be opened.")
    }
    let thumbnailer = Thumbnailer(limits: limits, maxWaiting: maxWaiting)
    let metrics = Metrics()
    let route = ThumbnailRoute(folder: images, thumbnailer: thumbnailer, metrics: metrics, sides: side)

    let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
    router.get("metrics") { _, _ in metrics.response(load: thumbnailer.load) }
    // For what is added after it, so the metrics do not count themselves.
    router.add(middleware: FailureMiddleware(metrics: metrics))
    router.get("thumb") { try await route.answer($0, $1) }

    let application = Application(
      router: router,
      server: .http1(configuration: .init(additionalChannelHandlers: [ClientConnection()], idleTimeout: .seconds(60))),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), availableConnectionsDelegate: MaximumAvailableConnections(maxConnections))
    )
    // SIGTERM and SIGINT end it, when the requests in work have their answers.
    try await application.runService()
  }
}
