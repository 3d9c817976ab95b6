import Glibc
import TestSupport
import Testing

@testable import SystemSupport
@testable import Thumbnailing
@testable import Thumbnails

@Suite("Cancellation of thumbnails", .serialized) struct CancellationTests {
  @Test("A task that is cancelled before its call makes nothing")
  func before() async throws {
    let thumbnailer = Thumbnailer(threads: 1)
    let image = try Places.sample("dogs/rex.jpg")
    let task = Task {
      unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
      return try await thumbnailer.thumbnail(of: image, ThumbnailOptions(.box(10, 10)))
    }
    guard case .failure(let error as ThumbnailError) = await task.result else {
      Issue.record("a cancelled task made a thumbnail")
      return
    }
    #expect(error.code == .cancelled)
  }

  @Test("Sixty-four tasks, every third of them cancelled: each ends, and the others get the right bytes")
  func many() async throws {
    let thumbnailer = Thumbnailer(threads: 3)
    let image = try Places.sample("dogs/rex.jpg")
    let expected = try await thumbnailer.thumbnail(of: image, ThumbnailOptions(.box(120, 120))).bytes
    for _ in 0..<4 {
      let tasks = try (0..<64).map { _ in
        let image = try Places.sample("dogs/rex.jpg")
        return Task { try await thumbnailer.thumbnail(of: image, ThumbnailOptions(.box(120, 120))).bytes }
      }
      for index in stride(from: 0, to: 64, by: 3) { tasks[index].cancel() }
      for (index, task) in tasks.enumerated() {
        switch await task.result {
        case .success(let bytes): #expect(bytes == expected)
        case .failure(let error):
          #expect(index % 3 == 0 && (error as? ThumbnailError)?.code == .cancelled, "\(index): \(error)")
        }
      }
    }
    #expect(thumbnailer.load.waiting == 0 && thumbnailer.load.running == 0)
  }

  @Test("A request that waits ends at once, and the running one is not touched")
  func waiting() async throws {
    let thumbnailer = Thumbnailer(threads: 1)
    let tasks = try (0..<20).map { _ in
      let image = try Places.sample("dogs/rex.jpg")
      return Task { try await thumbnailer.thumbnail(of: image, ThumbnailOptions(.box(300, 300))).bytes.count }
    }
    tasks.last?.cancel()
    for (index, task) in tasks.enumerated() where index < 19 { #expect(try await task.value > 0) }
    // It was cancelled before it was begun, or after its end.
    if case .failure(let error) = await tasks[19].result { #expect((error as? ThumbnailError)?.code == .cancelled) }
  }

  @Test("A thousand cancelled requests leave nothing behind, and the threads end with the pool")
  func threads() async throws {
    struct Trace {
      weak var request: Request?
    }
    let pool = WorkerPool(ThumbnailLimits(), threads: 8, maxWaiting: nil)
    let image = try Places.sample("dogs/rex.jpg")
    var traces: [Trace] = []
    for _ in 0..<1000 {
      let request = try request(image, .box(16, 16))
      traces.append(Trace(request: request))
      let task = Task { await request.answer(by: pool) }
      task.cancel()
      _ = await task.value
    }
    #expect(pool.load == (0, 0))
    pool.close()
    // The threads end when they see that.
    for _ in 0..<10_000_000 where pool.threadCount > 0 { sched_yield() }
    #expect(pool.threadCount == 0)
    #expect(traces.count { $0.request != nil } == 0)
  }

  // MARK: - Without memory, an image stays in work

  private func request(_ image: [UInt8], _ size: ThumbnailSize) throws -> Request {
    Request(.owned(image), ThumbnailOptions(size), try #require(WorkCancellation()))
  }

  /// A pool with one thread, and its memory, which the caller has until it releases the share.
  private func poolWithoutMemory(maxWaiting: Int?) throws -> (pool: WorkerPool, share: Int) {
    var limits = ThumbnailLimits()
    limits.memoryByteCount = 9 << 20
    let pool = WorkerPool(limits, threads: 1, maxWaiting: maxWaiting)
    guard case .admitted(let share) = pool.memory.admit(pool.memory.perImageLimit) else {
      throw ThumbnailError(code: .limitMemory, message: "the pool has less memory than its limit")
    }
    return (pool, share)
  }

  @Test("As many images wait as may, one more is refused at once, and the others are made")
  func busy() async throws {
    let (pool, share) = try poolWithoutMemory(maxWaiting: 2)
    let image = try Places.sample("dogs/rex.jpg")
    try await withThrowingTaskGroup(of: Request.Answer.self) { group in
      for _ in 0..<4 {
        let request = try request(image, .box(400, 400))
        group.addTask { await request.answer(by: pool) }
      }
      #expect(try await group.next() == .failure(.busy))
      pool.memory.release(share)
      for try await answer in group { #expect(try answer.get()[0].width == 400) }
    }
    // A free thread takes an image at once, so none waits.
    let narrow = WorkerPool(ThumbnailLimits(), threads: 1, maxWaiting: 0)
    for _ in 0..<20 { #expect(try await request(image, .box(9, 9)).answer(by: narrow).get().count == 1) }
    pool.close()
    narrow.close()
  }

  @Test("An image in work that waits for memory ends with its task, and so do those that wait for the thread")
  func waitingForMemory() async throws {
    let (pool, share) = try poolWithoutMemory(maxWaiting: nil)
    let image = try Places.sample("dogs/rex.jpg")
    try await withThrowingTaskGroup(of: Request.Answer.self) { group in
      for _ in 0..<4 {
        let request = try request(image, .box(400, 400))
        group.addTask { await request.answer(by: pool) }
      }
      for _ in 0..<10_000_000 where pool.load != (3, 1) { sched_yield() }
      #expect(pool.load == (3, 1))
      group.cancelAll()
      for try await answer in group { #expect(answer == .failure(.cancelled)) }
    }
    #expect(pool.load == (0, 0))
    pool.memory.release(share)
    #expect(try await request(image, .box(400, 400)).answer(by: pool).get()[0].width == 400)
    pool.close()
  }
}
