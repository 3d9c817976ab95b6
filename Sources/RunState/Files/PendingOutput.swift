internal import Glibc
package import ImageErrors
internal import SystemPackage
package import SystemSupport

/// An output that is being written: a temporary file in the output's folder, renamed to the output's name once it is complete.
///
/// An output that is never committed is removed on deinit.
package final class PendingOutput {
  private let name: FilePath
  private let folder: HeldFolder
  private let temporary: FilePath
  private let durability: Durability
  private var file: Descriptor?
  private var isCommitted = false

  /// Creates the temporary file and the missing folders of its path.
  package init(for output: PlacedFile, durability: Durability, permissions: Permissions) throws(JobError) {
    do throws(Errno) {
      let created = try TemporaryFile(
        in: output.folder, durability: durability, permissions: permissions, for: .image)
      (folder, temporary) = (created.folder, created.name)
      file = created.release()
    } catch {
      throw .write(error)
    }
    name = output.name
    self.durability = durability
  }

  deinit { if !isCommitted { try? folder.remove(temporary) } }

  func append(_ bytes: UnsafeRawBufferPointer) throws(JobError) {
    do throws(Errno) { try unsafe file?.write(bytes) } catch { throw .write(error) }
  }

  package func append(_ bytes: [UInt8]) throws(JobError) {
    do throws(Errno) { try file?.write(bytes) } catch { throw .write(error) }
  }

  /// Closes the file. Returns normally only if all bytes were accepted.
  package func close() throws(JobError) {
    do throws(Errno) {
      guard let file = file.take() else { return }
      if durability == .durable { try file.synchronizeData() }
      try file.close()
    } catch {
      throw .write(error)
    }
  }

  /// Gives a closed file the output's name.
  package func commit(existing: ExistingOutput) throws(JobError) {
    try folder.commit(temporary, as: name, in: folder, existing, durability)
    isCommitted = true
  }
}
