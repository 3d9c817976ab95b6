import Foundation
import Synchronization
import TestSupport
import Testing
import Thumbnails

@Suite("Cancellation of thumbnails", .serialized) struct CancellationTests {
  private var threadCount: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
  }

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

  @Test("The threads end with the thumbnailer")
  func threads() async throws {
    let before = threadCount
    do {
      let thumbnailer = Thumbnailer(threads: 8)
      let image = try Places.sample("dogs/rex.jpg")
      for _ in 0..<1000 {
        let copy = image
        let task = Task { try await thumbnailer.thumbnail(of: copy, ThumbnailOptions(.box(16, 16))) }
        task.cancel()
        _ = await task.result
      }
      #expect(thumbnailer.load.waiting == 0)
    }
    // They end when they see that; bounded, because tests beside this one start threads of their own.
    for _ in 0..<5000 where threadCount > before { await Task.yield() }
    #expect(threadCount <= before + 4)
  }
}
