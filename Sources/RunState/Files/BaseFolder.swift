internal import CPlatform
internal import Glibc
internal import Synchronization
package import SystemPackage
package import SystemSupport

/// The folder that the outputs of a run lie beneath (`--out`).
///
/// The way to it may lead over symbolic links. Beneath it none is followed: a link that lies there, or is put there while a run
/// goes on, leads no output elsewhere. It is opened once, so that all outputs of a run go beneath one folder.
package final class BaseFolder: Sendable {
  package let path: FilePath
  private let resolution: Resolution
  private let opened = Mutex<HeldFolder?>(nil)

  package enum Resolution: Sendable {
    /// By openat2, where there is that call.
    case kernel
    /// Folder by folder, as on kernels before 5.6.
    case steps
  }

  /// Opens nothing yet.
  package init(_ path: FilePath, resolution: Resolution = .kernel) {
    self.path = path
    self.resolution = resolution
  }

  /// The folder itself.
  package func held(_ missing: HeldFolder.Missing) throws(Errno) -> HeldFolder {
    if let folder = opened.withLock({ $0 }) { return folder }
    let folder: HeldFolder
    do throws(Errno) { folder = try HeldFolder(following: path) } catch {
      guard error == .noSuchFileOrDirectory, case .isMade(let durability) = missing else { throw error }
      try OutputFile.makeFolders(path, durability: durability)
      folder = try HeldFolder(following: path)
    }
    // Of threads that open it at the same time one is the first, and all have its folder.
    return opened.withLock { opened in
      if let first = opened { return first }
      opened = folder
      return folder
    }
  }

  /// A folder beneath it.
  /// - Parameter relative: from here, without `..`; empty for the folder itself.
  package func held(_ relative: FilePath, _ missing: HeldFolder.Missing) throws(Errno) -> HeldFolder {
    let base = try held(missing)
    if relative.isEmpty { return base }
    if resolution == .kernel {
      let number = unsafe relative.withPlatformString { unsafe system_open_folder_beneath(base.number, $0) }
      if number >= 0 { return HeldFolder(Descriptor(owning: number), path: path.pushing(relative)) }
      switch errno {
      case ENOENT: if missing == .fails { throw .noSuchFileOrDirectory }
      // Without the call; or it gave up since something was renamed meanwhile.
      case ENOSYS, EPERM, EAGAIN, EINTR: break
      default: throw .current
      }
    }
    return try steps(from: base, relative, missing)
  }

  private func steps(from base: HeldFolder, _ relative: FilePath, _ missing: HeldFolder.Missing) throws(Errno)
    -> HeldFolder
  {
    guard relative.root == nil else { throw Errno(rawValue: EXDEV) }
    var folder = base
    for component in relative.components {
      switch component.kind {
      case .currentDirectory: continue
      case .parentDirectory: throw Errno(rawValue: EXDEV)
      case .regular: folder = try folder.folder(FilePath(root: nil, components: component), missing)
      }
    }
    return folder
  }
}

extension BaseFolder: Hashable {
  package static func == (one: BaseFolder, other: BaseFolder) -> Bool { one.path == other.path }
  package func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
