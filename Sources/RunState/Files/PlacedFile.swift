package import SystemPackage
package import SystemSupport

/// A file below a base folder: an output, or a file of a download.
package struct PlacedFile: Hashable, Sendable {
  package let base: BaseFolder
  /// Path of the file relative to the base.
  package let relative: FilePath

  /// - Parameter name: relative to the base; any bytes except zero.
  package init(_ base: BaseFolder, _ name: FilePath) {
    self.base = base
    relative = name
  }

  /// - Parameter path: starts with the path of the base.
  package init(_ base: BaseFolder, path: FilePath) {
    self.init(base, FilePath(bytes: path.bytes.dropFirst(base.path.length).drop { $0 == UInt8(ascii: "/") }))
  }

  /// A file given by its path alone. The folder part of the path may contain symbolic links.
  package init(_ path: FilePath) {
    let (folder, name) = path.folderAndName
    base = BaseFolder(folder)
    relative = name
  }

  package var folder: PlacedFolder { PlacedFolder(base: base, relative: relative.folderAndName.folder) }

  /// Name within its folder: the last component.
  package var name: FilePath { relative.folderAndName.name }

  /// Whether the name exists, even as a dangling symbolic link.
  package func isThere() throws(Errno) -> Bool {
    do throws(Errno) {
      return try folder.held(.fails).isThere(name)
    } catch {
      if error == .noSuchFileOrDirectory || error == .notDirectory { return false }
      throw error
    }
  }

  /// Opens the file like `Descriptor(openingOwn:)`, and creates the missing folders of its path.
  package func openOwn(for use: OwnFileUse, durability: Durability) throws(OwnFileError) -> Descriptor {
    let held: HeldFolder
    do throws(Errno) { held = try folder.held(.isMade(durability)) } catch { throw .system(error) }
    return try Descriptor(openingOwn: name, in: held, for: use)
  }

  /// Removes the file, ignoring errors.
  package func discard() { try? folder.held(.fails).remove(name) }
}

/// A base folder or a folder below it.
package struct PlacedFolder: Hashable, Sendable {
  package let base: BaseFolder
  /// Empty for the base.
  package let relative: FilePath

  package func held(_ missing: HeldFolder.Missing) throws(Errno) -> HeldFolder { try base.held(relative, missing) }
}
