internal import ArgumentParser
internal import BatchEngine

/// A number of reading threads, or `auto`: the value of `--readers`.
struct ReaderCount: ExpressibleByArgument {
  /// Nil to choose it by what is measured.
  let count: Int?

  init?(argument: String) {
    if argument == "auto" {
      count = nil
    } else if let count = Int(argument), ReadLimits.readerRange.contains(count) {
      self.count = count
    } else {
      return nil
    }
  }

  private init() { count = nil }

  static let automatic = ReaderCount()

  var defaultValueDescription: String { count.map(String.init) ?? "auto" }
}
