internal import ArgumentParser
internal import BatchEngine
internal import RunState
internal import SystemPackage
internal import SystemSupport
internal import TextFormatting

/// The path of a page. It must end in .html or .htm, so that a typing error does not overwrite an image.
struct PageArgument: ExpressibleByArgument {
  let path: FilePath

  init?(argument: String) {
    guard let path = PathArgument(argument: argument)?.path,
      ["html", "htm"].contains(path.extension?.lowercased())
    else { return nil }
    self.path = path
  }

  static var defaultCompletionKind: CompletionKind { .file(extensions: ["html", "htm"]) }

  /// Checks before the run that the page may and can be written.
  func prepare(_ check: inout OverwriteCheck) throws(CommandError) -> Page {
    try Page(path, for: "--report", &check)
  }
}

/// A page whose path has passed all checks.
struct Page {
  private let file: CheckedPath

  /// Checks before the run that the page may and can be written.
  /// - Parameter option: the option that gives the path, for messages.
  init(_ path: FilePath, for option: String, _ check: inout OverwriteCheck) throws(CommandError) {
    do throws(OverwriteRefusal) { file = try check.check(path, for: option) } catch { throw CommandError(error) }
    do throws(OwnFileError) { try AtomicFile.prepare(file) } catch { throw failure(error) }
  }

  /// - Parameter permissions: the mode of the file, before the umask.
  func write(_ text: String, permissions: Permissions = .ordinary) throws(CommandError) {
    do throws(OwnFileError) {
      try AtomicFile.write(to: file, permissions: permissions) { write throws(Errno) in try write(text) }
    } catch {
      throw failure(error)
    }
  }

  func write(_ bytes: [UInt8], permissions: Permissions = .ordinary) throws(CommandError) {
    do throws(OwnFileError) { try AtomicFile.write(bytes, to: file, permissions: permissions) } catch {
      throw failure(error)
    }
  }

  var path: FilePath { file.path }

  private func failure(_ error: OwnFileError) -> CommandError {
    CommandError(
      status: .outputUnusable, sentence: "the page \(path.forTerminal) cannot be written (\(error.message)).")
  }
}
