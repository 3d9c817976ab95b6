internal import ArgumentParser
internal import BatchEngine
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// A page to be written: a name that ends like a page's, so that a slip does not overwrite a picture.
struct PageArgument: ExpressibleByArgument {
  let path: FilePath

  init?(argument: String) {
    guard let path = PathArgument(argument: argument)?.path,
      ["html", "htm"].contains(path.extension?.lowercased())
    else { return nil }
    self.path = path
  }

  static var defaultCompletionKind: CompletionKind { .file(extensions: ["html", "htm"]) }

  /// Finds out before any work whether it may and could be written.
  func prepare(_ check: inout OverwriteCheck) throws(Complaint) -> Page {
    try Page(path, for: "--report", &check)
  }
}

/// A page that may be written.
struct Page {
  private let file: CheckedPath

  /// Finds out before any work whether it could be.
  /// - Parameter option: that names it.
  init(_ path: FilePath, for option: String, _ check: inout OverwriteCheck) throws(Complaint) {
    do throws(OverwriteRefusal) { file = try check.check(path, for: option) } catch { throw Complaint(error) }
    do throws(OwnFileError) { try WholeFile.prepare(file) } catch { throw complaint(error) }
  }

  /// - Parameter permissions: of the page, less the umask.
  func write(_ text: String, permissions: Permissions = .ordinary) throws(Complaint) {
    do throws(OwnFileError) {
      try WholeFile.write(to: file, permissions: permissions) { write throws(Errno) in try write(text) }
    } catch {
      throw complaint(error)
    }
  }

  func write(_ bytes: [UInt8], permissions: Permissions = .ordinary) throws(Complaint) {
    do throws(OwnFileError) { try WholeFile.write(bytes, to: file, permissions: permissions) } catch {
      throw complaint(error)
    }
  }

  var path: FilePath { file.path }

  private func complaint(_ error: OwnFileError) -> Complaint {
    Complaint(
      status: .outputUnusable, sentence: "the page \(path.forTerminal) cannot be written (\(error.words)).")
  }
}
