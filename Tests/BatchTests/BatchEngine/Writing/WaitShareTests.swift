import Testing

@testable import BatchEngine

/// When waiting for storage counts as a fair share of the workers' time.
@Suite struct WaitShareTests {
  private func share(_ count: Int, waiting: UInt64, byteCount: Int = 0, computing: UInt64 = 0) -> WaitShare {
    var share = WaitShare()
    for _ in 0..<count { share.add(waiting: waiting, byteCount: byteCount, computing: computing) }
    return share
  }

  @Test(arguments: [
    (6, 4_000_000, 0, true), (5, 100_000_000, 0, false), (6, 3_000_000, 0, false), (20, 10_000_000, 40_000_000, true),
    (20, 10_000_000, 41_000_000, false), (100, 199_000, 0, false), (32, 800_000, 0, true),
  ])
  func `a fair share is a fifth of the time, 20 ms in all, 0.2 ms an image, of six images`(
    count: Int, waiting: UInt64, computing: UInt64, isFair: Bool
  ) {
    #expect(share(count, waiting: waiting, computing: computing).isFair == isFair)
  }

  @Test func `most images must have waited`() {
    var share = share(10, waiting: 100_000_000)
    for _ in 0..<5 { share.add(waiting: 0, byteCount: 0, computing: 0) }
    #expect(share.isFair)
    share.add(waiting: 0, byteCount: 0, computing: 0)
    #expect(!share.isFair)
  }

  @Test func `copying is computing`() {
    let share = share(10, waiting: 10_000_000, byteCount: 9_000_000, computing: 1_000_000)
    #expect(share.waiting == 10e6 && share.computing == 100e6 && !share.isFair)
    #expect(self.share(10, waiting: 1_000_000, byteCount: 9_000_000).waiting == 0)
  }

  @Test func `the latest images count, not all`() {
    var share = share(1000, waiting: 20_000_000)
    for _ in 0..<150 { share.add(waiting: 10000, byteCount: 0, computing: 10000) }
    #expect(!share.isFair && share.isShort)
  }

  @Test func `storage is as fast as memory only after 16 images that show it`() {
    #expect(!share(15, waiting: 10000).isShort)
    #expect(share(16, waiting: 10000).isShort)
    #expect(!share(16, waiting: 200_000).isShort)
  }
}
