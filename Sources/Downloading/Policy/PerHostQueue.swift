/// Pending downloads by host. It limits the concurrent requests to each host, keeps the order of each host's items, and serves
/// hosts in turn. A host or an item can be delayed until a time.
///
/// It forgets hosts without pending items, except those with a reduced rate.
package struct PerHostQueue<Item> {
  private struct Host {
    var waiting: ArraySlice<Item> = []
    var active = 0
    var restsUntil: ContinuousClock.Instant?
    var pace: HostPace
    /// Whether the host is in `ready`, or in `later` with the end of its rest.
    var isListed = false
  }

  private enum Delayed {
    case item(Item, host: String)
    case host(String)
  }

  /// The state of a new host.
  private let fresh: Host
  private var hosts: [String: Host] = [:]
  /// Hosts that may have an item to start.
  private var ready: ArraySlice<String> = []
  /// In descending order of time, so that the earliest is last.
  private var later: [(time: ContinuousClock.Instant, what: Delayed)] = []

  /// The number of items that wait for their turn or for a time.
  package private(set) var count = 0

  package init(perHost: Int) { fresh = Host(pace: HostPace(maxAtOnce: perHost)) }

  /// Appends an item to the queue of its host.
  package mutating func add(_ item: Item, host: String) {
    count += 1
    know(host)
    hosts[host]?.waiting.append(item)
    list(host)
  }

  /// Adds an item that must not start before a time.
  package mutating func add(_ item: Item, host: String, notBefore time: ContinuousClock.Instant) {
    count += 1
    insert(.item(item, host: host), at: time)
  }

  /// Starts no request to a host until a time.
  package mutating func rest(_ host: String, until time: ContinuousClock.Instant) {
    know(host)
    let before = hosts[host]?.restsUntil ?? time
    hosts[host]?.restsUntil = max(before, time)
  }

  /// Reduces the rate of a host that refused a request because there were too many.
  /// - Parameter wish: the delay that the host requested (Retry-After); nil for none.
  package mutating func slowDown(_ host: String, wish: Duration?, now: ContinuousClock.Instant) {
    know(host)
    hosts[host]?.pace.refused(wish: wish, now: now)
  }

  /// Records an answer that was not a refusal, which may raise the host's rate.
  package mutating func served(by host: String) { hosts[host]?.pace.served() }

  /// The number of answers of a host that were not refusals, since it was last forgotten.
  package func servedCount(by host: String) -> Int { hosts[host]?.pace.servedCount ?? 0 }

  /// The next item that may start now. It occupies a slot of its host until `release`.
  package mutating func next(now: ContinuousClock.Instant) -> Item? {
    wake(now)
    while let name = ready.popFirst() {
      hosts[name]?.isListed = false
      if let end = hosts[name]?.restsUntil {
        if end > now {
          hosts[name]?.isListed = true
          insert(.host(name), at: end)
          continue
        }
        hosts[name]?.restsUntil = nil
      }
      guard let item = hosts[name]?.waiting.popFirst() else { continue }
      hosts[name]?.active += 1
      if let spacing = hosts[name]?.pace.spacing, spacing > .zero { rest(name, until: now + spacing) }
      count -= 1
      list(name)
      return item
    }
    return nil
  }

  /// Call when a request to the host has ended.
  package mutating func release(_ host: String) {
    hosts[host]?.active -= 1
    list(host)
    forget(host)
  }

  /// The earliest time at which a delayed item or host may continue; nil where nothing is delayed.
  package var nextTime: ContinuousClock.Instant? { later.last?.time }

  private mutating func wake(_ now: ContinuousClock.Instant) {
    while let last = later.last, last.time <= now {
      later.removeLast()
      switch last.what {
      case .item(let item, let host):
        // Retries come before items that were not tried yet.
        know(host)
        let first = hosts[host]?.waiting.startIndex ?? 0
        hosts[host]?.waiting.insert(item, at: first)
        list(host)
      case .host(let host):
        hosts[host]?.isListed = false
        list(host)
        forget(host)
      }
    }
  }

  private mutating func know(_ name: String) {
    if hosts[name] == nil { hosts[name] = fresh }
  }

  private mutating func list(_ name: String) {
    guard let host = hosts[name], !host.isListed, !host.waiting.isEmpty, host.active < host.pace.atOnce else { return }
    hosts[name]?.isListed = true
    ready.append(name)
  }

  private mutating func forget(_ name: String) {
    guard let host = hosts[name], host.active == 0, host.waiting.isEmpty, !host.isListed, host.restsUntil == nil,
      !host.pace.isSlowed
    else { return }
    hosts[name] = nil
  }

  private mutating func insert(_ what: Delayed, at time: ContinuousClock.Instant) {
    var (low, high) = (0, later.count)
    while low < high {
      let middle = (low + high) / 2
      if later[middle].time > time { low = middle + 1 } else { high = middle }
    }
    later.insert((time, what), at: low)
  }
}
