package import Batch

/// The last line of a shard's events: that its run came to its end, and what it was a part of.
package struct ShardSeal: Hashable, Sendable {
  package var shard: Shard
  /// Inputs of all shards together, as this one found them.
  package var foundCount: Int
  /// What the outputs' bytes depend on beside the sources.
  package var recipe: UInt64

  package init(shard: Shard, foundCount: Int, recipe: UInt64) {
    self.shard = shard
    self.foundCount = foundCount
    self.recipe = recipe
  }

  package var line: String {
    var line = JSONLine()
    line.add("event", "shard")
    line.add("shard", shard.index)
    line.add("shards", shard.count)
    line.add("found", foundCount)
    line.add("recipe", String(recipe, radix: 16))
    return line.text
  }

  init?(_ line: String) {
    let fields = EventFields(line)
    guard fields.text("event") == "shard", let index = fields.integer("shard"), let count = fields.integer("shards"),
      let shard = Shard(index: index, count: count), let found = fields.integer("found"),
      let recipe = fields.text("recipe").flatMap({ UInt64($0, radix: 16) })
    else { return nil }
    self.init(shard: shard, foundCount: found, recipe: recipe)
  }
}
