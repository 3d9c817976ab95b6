package import SystemPackage
package import SystemSupport

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

  package var folder: PlacedFolder { PlacedFolder(base: base, relative: relative.removingLastComponent()) }

  /// In its folder.
  package var name: FilePath { FilePath(relative.lastComponent) }

  /// Whether anything has that name, be it a link to nothing.
  package func isThere() throws(Errno) -> Bool {
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
  package let base: BaseFolder
  /// Empty for the base.
  package let relative: FilePath

  package func held(_ missing: HeldFolder.Missing) throws(Errno) -> HeldFolder { try base.held(relative, missing) }
}
