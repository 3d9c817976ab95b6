package import RunState
internal import SystemPackage

extension PlannedJobs {
  /// The indices of the jobs of a shard.
  package func indices(of shard: Shard?) -> [UInt32] {
    let all = 0..<UInt32(count)
    guard let shard else { return Array(all) }
    return all.filter { index in
      let (folder, name) = inputs.relativeBytes(at: Int(index))
      return shard.contains(folder, name)
    }
  }
}

extension InputFile {
  func isIn(_ shard: Shard?) -> Bool { shard?.contains(relativeBytes) ?? true }
}
