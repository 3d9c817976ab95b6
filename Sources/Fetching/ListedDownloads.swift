internal import Batch

/// Makes downloads of the entries of a list. What is done already, or cannot be asked for, comes to its end here.
struct ListedDownloads {
  private let books: DownloadBooks
  private let found: (Int) -> Void
  private var takenNames: Set<String> = []
  /// Entries of the list so far.
  private var count = 0

  /// - Parameter found: told how many entries the list had so far.
  init(_ books: DownloadBooks, found: @escaping (Int) -> Void) {
    self.books = books
    self.found = found
  }

  mutating func download(_ listed: ListedAddress) -> Download? {
    let index = count
    count += 1
    found(count)
    do throws(JobError) {
      let (name, home) = try target(listed)
      return books.begin(index, listed, name, home: home)
    } catch {
      books.failed(index, listed, error)
      return nil
    }
  }

  /// The name that the picture gets, which no other entry has, and where it is asked for.
  private mutating func target(_ listed: ListedAddress) throws(JobError) -> (DownloadName, WebAddress) {
    if let problem = listed.problem { throw .fetch(.network, problem) }
    guard let home = WebAddress(listed.address) else { throw WebAddress.fault(of: listed.address) }
    guard
      let name = listed.name.map({ DownloadName(listed: $0) })
        ?? DownloadName(position: listed.position, path: home.path)
    else { throw .unusableName }
    guard takenNames.insert(name.stem).inserted else { throw .nameTaken }
    return (name, home)
  }
}

extension JobError {
  fileprivate static let unusableName = JobError.fetch(
    .write, "its name in the list leads out of the output folder, is hidden or too long; change the list")
  fileprivate static let nameTaken = JobError.fetch(
    .exists, "an earlier line of the list has the same name; change the list")
}
