internal import ArgumentParser
internal import Batch
internal import Reporting
internal import SystemPackage

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

  /// Finds out before any work whether it could be written.
  func prepare() throws(Complaint) {
    do throws(Errno) { try WholeFile.prepare(path) } catch { throw complaint(error) }
  }

  func write(_ page: String) throws(Complaint) {
    do throws(Errno) {
      try WholeFile.write(to: path) { write throws(Errno) in try write(page) }
    } catch {
      throw complaint(error)
    }
  }

  private func complaint(_ error: Errno) -> Complaint {
    Complaint(
      status: .outputUnusable, sentence: "the page \(path.forTerminal) cannot be written (\(error.words)).")
  }
}
