internal import CPlatform
internal import Glibc
internal import Synchronization
package import SystemPackage

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

  /// What becomes of folders on the way that are missing.
  package enum Missing: Hashable, Sendable {
    case fails
    case isMade(Durability)
  }

  /// The folder itself.
  func held(_ missing: Missing) throws(Errno) -> HeldFolder {
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
  func held(_ relative: FilePath, _ missing: Missing) throws(Errno) -> HeldFolder {
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

  private func steps(from base: HeldFolder, _ relative: FilePath, _ missing: Missing) throws(Errno) -> HeldFolder {
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

/// A file beneath a folder: an output, or a file of a download.
package struct PlacedFile: Hashable, Sendable {
  package let base: BaseFolder
  /// Of the file, from the base.
  package let relative: FilePath

  /// - Parameter name: from the base; of any bytes but zero.
  package init(_ base: BaseFolder, _ name: FilePath) {
    self.base = base
    relative = name
  }

  /// - Parameter path: begins with the path of the base.
  package init(_ base: BaseFolder, path: FilePath) {
    self.init(base, FilePath(bytes: path.bytes.dropFirst(base.path.length).drop { $0 == UInt8(ascii: "/") }))
  }

  /// A file by its path alone: what lies before its name may lead over links.
  package init(_ path: FilePath) {
    base = BaseFolder(path.removingLastComponent())
    relative = FilePath(path.lastComponent)
  }

  var folder: PlacedFolder { PlacedFolder(base: base, relative: relative.removingLastComponent()) }

  /// In its folder.
  var name: FilePath { FilePath(relative.lastComponent) }

  /// Whether anything has that name, be it a link to nothing.
  func isThere() throws(Errno) -> Bool {
    do throws(Errno) {
      return try folder.held(.fails).isThere(name)
    } catch {
      if error == .noSuchFileOrDirectory || error == .notDirectory { return false }
      throw error
    }
  }

  /// Opens it, as `Descriptor(openingOwn:)` does, and makes the folders on the way.
  package func openOwn(for use: OwnFileUse, durability: Durability) throws(OwnFileError) -> Descriptor {
    let held: HeldFolder
    do throws(Errno) { held = try folder.held(.isMade(durability)) } catch { throw .system(error) }
    return try Descriptor(openingOwn: name, in: held, for: use)
  }

  /// Removes it, as far as that can be done.
  package func discard() { try? folder.held(.fails).remove(name) }
}

/// A folder beneath a base, or that itself.
package struct PlacedFolder: Hashable, Sendable {
  let base: BaseFolder
  /// Empty for the base.
  let relative: FilePath

  func held(_ missing: BaseFolder.Missing) throws(Errno) -> HeldFolder { try base.held(relative, missing) }
}
