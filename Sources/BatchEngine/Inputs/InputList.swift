internal import Parallelism
package import RunState
internal import Synchronization
package import SystemPackage
internal import SystemSupport

/// The inputs of a run, in the order of the arguments, and what was left out.
package struct InputList: Sendable {
  package private(set) var inputs = InputFiles()
  /// Files in folders that are no images by their name and first bytes.
  package private(set) var ignoredFileCount = 0
  package private(set) var omitted = OmittedInputs()
}

/// A file that contains file names, one per line or zero-terminated (`--files-from`).
package struct FileList: Hashable, Sendable {
  package var path: FilePath
  package var separator: Delimiter

  package init(path: FilePath, separator: Delimiter) {
    self.path = path
    self.separator = separator
  }
}

/// Why the inputs cannot be determined. A broken input never causes one of these.
package enum InputListError: Error, Hashable, Sendable {
  /// A list of files cannot be read. Contains its path and the reason.
  case unreadableList(FilePath, reason: String)
}

extension FilePath {
  /// The offset of the last component in the bytes; nil if there is none, or if it is `.` or `..`.
  var lastNameStart: Int? {
    guard let lastComponent, lastComponent.kind == .regular else { return nil }
    return length - FilePath(root: nil, components: lastComponent).length
  }
}

extension InputList {
  /// Checks every argument, walks folders and reads lists. A problem with one input becomes its refusal.
  ///
  /// A file that occurs twice with the same relative path becomes one input; with two relative paths it becomes two.
  package static func find(
    _ arguments: [FilePath], lists: [FileList] = [], rules: WalkRules
  ) throws(InputListError) -> InputList {
    var list = InputList()
    var rules = rules
    let canRepeat = arguments.count > 1 || !lists.isEmpty
    // Repetitions are detected by file identity, so `stat` is needed for all files.
    if canRepeat { rules.shard = nil }
    var walker = Walker(rules: rules)
    rules.threads.map(stop: rules.stop) {
      $0 < arguments.count ? arguments[$0] : nil
    } body: { [rules] argument in
      let start = rules.keepsInputName ? argument.removingLastComponent().lastNameStart : nil
      return (argument, InputFile.named(argument, relativeStart: start, folders: nil))
    } take: { argument, input in
      if let input { walker.add(input) } else { walker.walk(argument) }
    }
    list.inputs = walker.takeFound()
    for file in lists { try list.append(file, rules) }
    if canRepeat { list.removeRepetitions() }
    list.ignoredFileCount = walker.ignoredFileCount
    list.omitted = walker.omitted
    return list
  }

  private mutating func append(_ list: FileList, _ rules: WalkRules) throws(InputListError) {
    let names: ListedNames
    do throws(Errno) { names = try ListedNames(list, stop: rules.stop) } catch {
      throw .unreadableList(list.path, reason: error.message)
    }
    rules.threads.map(stop: rules.stop) { _ in
      names.next()
    } body: {
      $0.input()
    } take: {
      inputs.append($0)
    }
    if let error = names.failure { throw .unreadableList(list.path, reason: error.message) }
  }

  /// Keeps the first input of each pair of identity and relative path.
  private mutating func removeRepetitions() {
    // After sorting, repetitions are neighbors. This needs less memory than a set of paths.
    let order = inputs.indices.filter { inputs.identity(at: $0) != nil }.sorted { one, other in
      if let a = inputs.identity(at: one), let b = inputs.identity(at: other), a != b { return a < b }
      let (a, b) = (inputs[one].relative, inputs[other].relative)
      return a == b ? one < other : a.bytes.lexicographicallyPrecedes(b.bytes)
    }
    var isRepetition = [Bool](repeating: false, count: inputs.count)
    for (one, other) in zip(order, order.dropFirst()) where inputs.identity(at: one) == inputs.identity(at: other) {
      isRepetition[other] = inputs[one].relative == inputs[other].relative
    }
    guard isRepetition.contains(true) else { return }
    var kept = InputFiles()
    for index in inputs.indices where !isRepetition[index] { kept.append(inputs[index]) }
    inputs = kept
  }
}

/// The entries of a list, for several threads.
private final class ListedNames: Sendable {
  private let reader: Mutex<ListReader>
  private let end = Mutex<Errno?>(nil)

  init(_ list: FileList, stop: CancellationFlag?) throws(Errno) {
    reader = Mutex(ListReader(try Descriptor(opening: list.path, .list), separator: list.separator, stop: stop))
  }

  /// Why the list ended early; nil if it did not.
  var failure: Errno? { end.withLock { $0 } }

  func next() -> ListEntry? {
    guard failure == nil else { return nil }
    do throws(Errno) {
      return try reader.withLock { reader throws(Errno) in try reader.next() }
    } catch {
      end.withLock { $0 = error }
      return nil
    }
  }
}
