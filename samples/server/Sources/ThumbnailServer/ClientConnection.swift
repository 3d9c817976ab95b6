import Hummingbird
import NIOCore
import Synchronization
import Thumbnails

/// Cancels the work for a client that has gone.
///
/// Hummingbird reads on while a request is in work, and so hears when a connection ends, but leaves the request's task alone. Its
/// `consumeWithCancellationOnInboundClose` cancels, but also closes the connection after each response. A client that has closed
/// its half of the connection counts as gone.
final class ClientConnection: ChannelInboundHandler, RemovableChannelHandler, Sendable {
  typealias InboundIn = Never

  private struct State {
    var isOpen = true
    var work: Task<Thumbnail, any Error>?
  }

  private let state = Mutex(State())

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event as? ChannelEvent == .inputClosed { close() }
    context.fireUserInboundEventTriggered(event)
  }

  func channelInactive(context: ChannelHandlerContext) {
    close()
    context.fireChannelInactive()
  }

  private func close() {
    state.withLock { state in
      state.isOpen = false
      return state.work
    }?.cancel()
  }

  /// Runs work that ends early with the connection. A connection has one request in work at a time.
  func whileOpen(_ work: @escaping @Sendable () async throws -> Thumbnail) async throws -> Thumbnail {
    let task = Task(operation: work)
    let isOpen = state.withLock { state in
      state.work = task
      return state.isOpen
    }
    if !isOpen { task.cancel() }
    defer { state.withLock { $0.work = nil } }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}

/// What is known of a request besides its head and body.
struct ServerContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  private let channel: any Channel

  init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
  }

  /// Runs work that ends early if the client goes.
  func whileConnected(_ work: @escaping @Sendable () async throws -> Thumbnail) async throws -> Thumbnail {
    try await channel.pipeline.handler(type: ClientConnection.self).get().whileOpen(work)
  }
}
