package import BatchEngine
package import RunState
internal import TextFormatting

/// The last line of a shard's events: the run was completed, and this describes the whole that it is a part of.
package struct ShardCompletion: Hashable, Sendable {
  package var shard: Shard
  /// The version of the rule that assigns inputs to shards.
  package var rule: Int
  /// The number of inputs of all shards, as found by this one.
  package var foundCount: Int
  /// The identity of these inputs: `ListFingerprint.digits`.
  package var fingerprint: String
  /// The fingerprint of everything except the sources that determines the outputs' bytes and names.
  package var options: UInt64

  package init(shard: Shard, found: ListFingerprint, options: UInt64) {
    self.shard = shard
    rule = Shard.rule
    foundCount = found.count
    fingerprint = found.digits
    self.options = options
  }

  package var line: String {
    var line = JSONObjectWriter()
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
    guard let fields = JSONObject(line), fields.text("event") == "shard", let index = fields.integer("shard"),
      let count = fields.integer("shards"),
      let shard = Shard(index: index, count: count), let found = fields.integer("found"),
      let options = fields.text("recipe").flatMap({ UInt64($0, radix: 16) })
    else { return nil }
    self.shard = shard
    // Version 0.1.0 wrote neither field.
    rule = fields.integer("rule") ?? 1
    fingerprint = fields.text("fingerprint") ?? ""
    foundCount = found
    self.options = options
  }
}
