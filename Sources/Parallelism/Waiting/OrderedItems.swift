/// Independent items, one per step. The results leave in the order of the items.
struct OrderedItems<Result: Sendable>: OrderedWork {
  /// An item that is determined when the step runs.
  struct Next: Sendable {}

  /// Items whose results have not left, at most. It limits the memory of results behind one that takes long.
  private let window: Int
  private var results: [Int: Result] = [:]
  private var taken: Int
  private var inFlight = 0
  private var isAtEnd = false

  /// - Parameter index: of the first item.
  init(from index: Int = 0, window: Int) {
    taken = index
    self.window = window
  }

  var isOver: Bool { isAtEnd && inFlight == 0 }

  mutating func begin() -> Next? {
    guard !isAtEnd, results.count + inFlight < window else { return nil }
    inFlight += 1
    return Next()
  }

  /// - Parameter result: of the item with this index; nil if there are no more items.
  mutating func end(_ step: Next, _ result: (index: Int, result: Result)?) {
    inFlight -= 1
    if let result { results[result.index] = result.result } else { isAtEnd = true }
  }

  mutating func take() -> Result? {
    guard let result = results.removeValue(forKey: taken) else { return nil }
    taken += 1
    return result
  }

  static func callCount(of step: Next) -> Int { 1 }
}
