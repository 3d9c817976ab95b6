internal import ImageErrors
internal import RunState
internal import SystemPackage
internal import SystemSupport

/// The open hidden file that receives the bytes of a download until it is complete.
struct PartialFile: ~Copyable {
  let descriptor: Descriptor
  /// The size left by an earlier request or run.
  let byteCount: Int

  private init(_ descriptor: consuming Descriptor, byteCount: Int) {
    self.descriptor = descriptor
    self.byteCount = byteCount
  }

  /// Opens the file, and creates missing folders of its path.
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
  /// Another file has the name of the partial file.
  fileprivate static func unusablePart(_ file: PlacedFile, _ error: OwnFileError) -> JobError {
    JobError(
      stage: .write, code: .write,
      message:
        "\(file.base.path.pushing(file.relative)), which its bytes gather in, cannot be used (\(error.message))",
      hint: .removePart)
  }
}
