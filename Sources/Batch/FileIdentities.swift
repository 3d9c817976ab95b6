/// A set of files. Nearly all are on one device, which is kept once.
struct FileIdentities {
  private var inodes: [UInt64: Set<UInt64>] = [:]

  mutating func insert(_ file: FileIdentity) { inodes[file.device, default: []].insert(file.inode) }

  func contains(_ file: FileIdentity) -> Bool { inodes[file.device]?.contains(file.inode) ?? false }
}
