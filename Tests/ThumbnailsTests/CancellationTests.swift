import Glibc
import TestSupport
import Testing

@testable import SystemSupport
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

  @Test("A thousand cancelled requests leave no request, and the threads end with the pool")
  func threads() async throws {
    let pool = WorkerPool(ThumbnailLimits(), threads: 8)
    let image = try Places.sample("dogs/rex.jpg")
    for _ in 0..<1000 {
      let request = Request(.owned(image), ThumbnailOptions(.box(16, 16)), try #require(WorkCancellation()))
      let task = Task { await request.answer(by: pool) }
      task.cancel()
      _ = await task.value
    }
    #expect(pool.load == (0, 0))
    pool.close()
    // The threads end when they see that.
    for _ in 0..<10_000_000 where pool.threadCount > 0 { sched_yield() }
    #expect(pool.threadCount == 0)
  }
}
