internal import CPlatform
internal import Glibc
internal import Synchronization
package import SystemPackage
package import SystemSupport

/// The root folder of a run's outputs (`--out`).
///
/// Its own path may contain symbolic links. Below it no link is followed, so a link that exists there, or is created there during
/// the run, cannot redirect an output. The folder is opened once: all outputs of a run go below the same folder even if the path
/// changes.
package final class BaseFolder: Sendable {
  package let path: FilePath
  private let resolution: Resolution
  private let opened = Mutex<HeldFolder?>(nil)

  package enum Resolution: Sendable {
    /// With openat2(2), where the kernel has it.
    case kernel
    /// One component at a time, for kernels before 5.6.
    case steps
  }

  /// Opens nothing yet.
  package init(_ path: FilePath, resolution: Resolution = .kernel) {
    self.path = path
    self.resolution = resolution
  }

  /// Opens the folder, or returns it if it is already open.
  package func held(_ missing: HeldFolder.Missing) throws(Errno) -> HeldFolder {
    if let folder = opened.withLock({ $0 }) { return folder }
    let folder: HeldFolder
    do throws(Errno) { folder = try HeldFolder(following: path) } catch {
      guard error == .noSuchFileOrDirectory, case .isMade(let durability) = missing else { throw error }
      try OutputFile.makeFolders(path, durability: durability)
      folder = try HeldFolder(following: path)
    }
    // Several threads may have opened it at the same time. All use the folder of the first.
    return opened.withLock { opened in
      if let first = opened { return first }
      opened = folder
      return folder
    }
  }

  /// A folder below this one.
  /// - Parameter relative: relative to this folder, without `..`; empty for this folder.
  package func held(_ relative: FilePath, _ missing: HeldFolder.Missing) throws(Errno) -> HeldFolder {
    let base = try held(missing)
    if relative.isEmpty { return base }
    if resolution == .kernel {
      // SAFETY: the path is zero-terminated and valid during the call.
      let number = unsafe relative.withPlatformString { unsafe system_open_folder_beneath(base.number, $0) }
      if number >= 0 { return HeldFolder(Descriptor(owning: number), path: path.pushing(relative)) }
      switch errno {
      case ENOENT: if missing == .fails { throw .noSuchFileOrDirectory }
      // The kernel lacks the call or a filter forbids it, or a concurrent rename made it give up.
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
