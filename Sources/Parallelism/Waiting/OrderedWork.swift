/// Work in steps that may wait, as for storage. The results leave in an order that does not depend on the order in which steps end.
package protocol OrderedWork: Sendable {
  associatedtype Step: Sendable
  associatedtype StepResult: Sendable
  associatedtype Output: Sendable

  /// Begins the next step. Nil if none can begin until others end.
  mutating func begin() -> Step?
  mutating func end(_ step: Step, _ result: StepResult)
  /// Removes the next result of the order; nil until it is complete.
  mutating func take() -> Output?
  /// Whether all steps have ended, and no more can begin.
  var isOver: Bool { get }
  /// About how many calls of the system a step makes.
  static func callCount(of step: Step) -> Int
}
