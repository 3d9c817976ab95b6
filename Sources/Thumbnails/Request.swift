internal import Parallelism
internal import Synchronization
internal import SystemSupport

/// An image that waits for a thread, or is in work.
final class Request: Sendable {
  typealias Answer = Result<[Thumbnail], ThumbnailError>

  enum Image {
    case owned([UInt8])
    /// The caller waits, and keeps the bytes.
    case borrowed(BorrowedBytes)
  }

  private struct State {
    var answer: Answer?
    var continuation: CheckedContinuation<Answer, Never>?
  }

  private let image: Image
  private let options: ThumbnailOptions
  let cancellation: WorkCancellation
  private let state = Mutex(State())
  private let answered = ConditionVariable()

  init(_ image: Image, _ options: ThumbnailOptions, _ cancellation: WorkCancellation) {
    self.image = image
    self.options = options
    self.cancellation = cancellation
  }

  /// Makes the thumbnails. Called once, on a thread of the pool.
  func answer(_ engine: Engine) -> Answer {
    let answer = cancellation.watching {
      do throws(ThumbnailError) { return Answer.success(try thumbnails(engine)) } catch { return .failure(error) }
    }
    // What is made after a cancellation is undefined.
    return cancellation.isCancelled ? .failure(.cancelled) : answer
  }

  private func thumbnails(_ engine: Engine) throws(ThumbnailError) -> [Thumbnail] {
    switch image {
    case .owned(let bytes):
      let span = bytes.span
      return try unsafe span.withUnsafeBytes { bytes throws(ThumbnailError) in
        try unsafe engine.thumbnails(of: bytes, options)
      }
    case .borrowed(let bytes): return try unsafe engine.thumbnails(of: bytes.bytes, options)
    }
  }

  /// Gives the caller its answer. Called once.
  func end(_ answer: Answer) {
    let continuation = state.withLock { state in
      state.answer = answer
      return state.continuation
    }
    answered.broadcast()
    continuation?.resume(returning: answer)
  }

  /// Waits in a task, which may be cancelled.
  func answer(by pool: WorkerPool) async -> Answer {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        state.withLock { $0.continuation = continuation }
        pool.submit(self)
        // The handler found nothing to cancel if it was called before.
        if cancellation.isCancelled { pool.cancel(self) }
      }
    } onCancel: {
      pool.cancel(self)
    }
  }

  /// Waits on the calling thread.
  func wait(for pool: WorkerPool) -> Answer {
    pool.submit(self)
    var answer = Answer.failure(.noThread)
    answered.wait { [self] in
      guard let found = state.withLock({ $0.answer }) else { return false }
      answer = found
      return true
    }
    return answer
  }
}

/// Bytes of a caller that waits until they are no longer used.
@safe struct BorrowedBytes: @unchecked Sendable {
  // SAFETY: the caller keeps the bytes, and changes none, until its request has ended.
  let bytes: UnsafeRawBufferPointer
}
