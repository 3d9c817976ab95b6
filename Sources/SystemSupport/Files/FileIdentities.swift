/// A set of files. Stores each device once, because nearly all files are on one device.
package struct FileIdentities {
  private var inodes: [UInt64: Set<UInt64>] = [:]

  package init(inodes: [UInt64: Set<UInt64>] = [:]) {
    self.inodes = inodes
  }

  package mutating func insert(_ file: FileIdentity) { inodes[file.device, default: []].insert(file.inode) }

  package func contains(_ file: FileIdentity) -> Bool { inodes[file.device]?.contains(file.inode) ?? false }
}
