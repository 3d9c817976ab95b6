/// What waits to be downloaded, by host: no host has more than so many requests at once, the next ones come in their order,
/// and hosts take turns. A host, or an item, may have to wait until a time.
///
/// Holds nothing of hosts that nothing waits for, but the pace of those that wanted another.
package struct PerHostQueue<Item> {
  private struct Host {
    var waiting: ArraySlice<Item> = []
    var active = 0
    var restsUntil: ContinuousClock.Instant?
    var pace: HostPace
    /// It stands in `ready`, or in `later` with the end of its rest.
    var isListed = false
  }

  private enum Delayed {
    case item(Item, host: String)
    case host(String)
  }

  /// A host that nothing is known of.
  private let fresh: Host
  private var hosts: [String: Host] = [:]
  /// Hosts that something may be started of.
  private var ready: ArraySlice<String> = []
  /// By time, the soonest last.
  private var later: [(time: ContinuousClock.Instant, what: Delayed)] = []

  /// Items that wait, for their turn or for a time.
  package private(set) var count = 0

  package init(perHost: Int) { fresh = Host(pace: HostPace(maxAtOnce: perHost)) }

  /// Adds an item behind those of its host.
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

  /// Lets a whole host alone until a time.
  package mutating func rest(_ host: String, until time: ContinuousClock.Instant) {
    know(host)
    let before = hosts[host]?.restsUntil ?? time
    hosts[host]?.restsUntil = max(before, time)
  }

  /// A host has refused a request because there were too many: it gets fewer.
  /// - Parameter wish: how long it wants to be let alone, if it says so.
  package mutating func slowDown(_ host: String, wish: Duration?, now: ContinuousClock.Instant) {
    know(host)
    hosts[host]?.pace.refused(wish: wish, now: now)
  }

  /// A host has answered otherwise: it may get more again.
  package mutating func served(by host: String) { hosts[host]?.pace.served() }

  /// How often a host that refused requests has answered otherwise since.
  package func servedCount(by host: String) -> Int { hosts[host]?.pace.servedCount ?? 0 }

  /// The next item that may start now: it counts for its host until `release`.
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

  /// A request to the host has ended.
  package mutating func release(_ host: String) {
    hosts[host]?.active -= 1
    list(host)
    forget(host)
  }

  /// When something that waits for a time can go on; nil where nothing does.
  package var nextTime: ContinuousClock.Instant? { later.last?.time }

  private mutating func wake(_ now: ContinuousClock.Instant) {
    while let last = later.last, last.time <= now {
      later.removeLast()
      switch last.what {
      case .item(let item, let host):
        // What was tried already is not put behind all the rest.
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
