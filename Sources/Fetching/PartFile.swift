internal import Batch
internal import SystemPackage

/// The file under a hidden name that the bytes of a download come into until it is whole, open.
struct PartFile: ~Copyable {
  let descriptor: Descriptor
  /// What an earlier request or run left.
  let byteCount: Int

  private init(_ descriptor: consuming Descriptor, byteCount: Int) {
    self.descriptor = descriptor
    self.byteCount = byteCount
  }

  static func open(_ path: FilePath, durability: Durability) throws(JobError) -> PartFile {
    do throws(Errno) {
      let descriptor = try descriptor(path, durability)
      let status = try FileStatus(of: descriptor)
      guard status.kind == .regular else { throw .fileExists }
      return PartFile(descriptor, byteCount: status.byteCount)
    } catch {
      throw .write(error)
    }
  }

  private static func descriptor(_ path: FilePath, _ durability: Durability) throws(Errno) -> Descriptor {
    do throws(Errno) { return try Descriptor(opening: path, .shared) } catch {
      guard error == .noSuchFileOrDirectory else { throw error }
      try OutputFile.makeFolders(path.removingLastComponent(), durability: durability)
      return try Descriptor(opening: path, .shared)
    }
  }
}
