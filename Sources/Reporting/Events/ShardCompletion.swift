package import BatchEngine
package import RunState
internal import TextFormatting

/// The last line of a shard's events: that its run came to its end, and what it was a part of.
package struct ShardCompletion: Hashable, Sendable {
  package var shard: Shard
  /// The number of the rule that says which input is of which shard.
  package var rule: Int
  /// Inputs of all shards together, as this one found them.
  package var foundCount: Int
  /// Which ones they were: `ListFingerprint.digits`.
  package var fingerprint: String
  /// What the outputs' bytes and names depend on beside the sources.
  package var options: UInt64

  package init(shard: Shard, found: ListFingerprint, options: UInt64) {
    self.shard = shard
    rule = Shard.rule
    foundCount = found.count
    fingerprint = found.digits
    self.options = options
  }

  package var line: String {
    var line = JSONLine()
    line.add("event", "shard")
    line.add("shard", shard.index)
    line.add("shards", shard.count)
    line.add("rule", rule)
    line.add("found", foundCount)
    line.add("fingerprint", fingerprint)
    line.add("recipe", String(options, radix: 16))
    return line.text
  }

  init?(_ line: String) {
    let fields = EventFields(line)
    guard fields.text("event") == "shard", let index = fields.integer("shard"), let count = fields.integer("shards"),
      let shard = Shard(index: index, count: count), let found = fields.integer("found"),
      let options = fields.text("recipe").flatMap({ UInt64($0, radix: 16) })
    else { return nil }
    self.shard = shard
    // Version 0.1.0 wrote neither of the two.
    rule = fields.integer("rule") ?? 1
    fingerprint = fields.text("fingerprint") ?? ""
    foundCount = found
    self.options = options
  }
}
