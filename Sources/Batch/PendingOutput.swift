internal import SystemPackage

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// An output that is being written: a temporary file in the output's folder, which gets the output's name once it is whole.
///
/// One that is not committed is removed when its owner ends.
final class PendingOutput {
  private let path: FilePath
  private let temporary: FilePath
  private let durability: Durability
  private var file: Descriptor?
  private var isCommitted = false

  /// Creates the temporary file, and the folders on the way to it that are missing.
  init(for path: FilePath, durability: Durability) throws(JobError) {
    do throws(Errno) {
      let created = try TemporaryFile(in: path.removingLastComponent(), durability: durability, for: .image)
      temporary = created.path
      file = created.release()
    } catch {
      throw .write(error)
    }
    self.path = path
    self.durability = durability
  }

  deinit { if !isCommitted { _ = unsafe temporary.withPlatformString { unsafe unlink($0) } } }

  func append(_ bytes: UnsafeRawBufferPointer) throws(JobError) {
    do throws(Errno) { try unsafe file?.write(bytes) } catch { throw .write(error) }
  }

  func append(_ bytes: [UInt8]) throws(JobError) {
    do throws(Errno) { try file?.write(bytes) } catch { throw .write(error) }
  }

  /// Closes the file; all of its bytes were accepted.
  func close() throws(JobError) {
    do throws(Errno) {
      guard let file = file.take() else { return }
      if durability == .durable { try file.synchronizeData() }
      try file.close()
    } catch {
      throw .write(error)
    }
  }

  /// Gives a closed file the output's name.
  func commit(existing: ExistingOutput) throws(JobError) {
    do throws(Errno) {
      switch existing {
      case .overwrite, .skip, .update: try OutputFile.rename(temporary, to: path)
      case .fail: try OutputFile.renameExclusively(temporary, to: path)
      }
      isCommitted = true
      if durability == .durable { try OutputFile.synchronize(path.removingLastComponent()) }
    } catch {
      if error.rawValue == EEXIST && existing == .fail { throw .exists }
      throw .write(error)
    }
  }
}
