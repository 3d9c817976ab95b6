internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// The file under a hidden name that the bytes of a download come into until it is whole, open.
struct PartialFile: ~Copyable {
  let descriptor: Descriptor
  /// What an earlier request or run left.
  let byteCount: Int

  private init(_ descriptor: consuming Descriptor, byteCount: Int) {
    self.descriptor = descriptor
    self.byteCount = byteCount
  }

  /// Opens it, and makes the folders on the way.
  static func open(_ file: PlacedFile, durability: Durability) throws(JobError) -> PartialFile {
    do throws(OwnFileError) {
      let descriptor = try file.openOwn(for: .shared, durability: durability)
      do throws(Errno) {
        let byteCount = try FileStatus(of: descriptor).byteCount
        return PartialFile(descriptor, byteCount: byteCount)
      } catch {
        throw .system(error)
      }
    } catch {
      if case .system(let error) = error { throw .write(error) }
      throw .unusablePart(file, error)
    }
  }
}

extension JobError {
  /// Something else has the name of the file that the bytes gather in.
  fileprivate static func unusablePart(_ file: PlacedFile, _ error: OwnFileError) -> JobError {
    JobError(
      stage: .write, code: .write,
      message:
        "\(file.base.path.pushing(file.relative)), which its bytes gather in, cannot be used (\(error.message)); remove it"
    )
  }
}
