package import RunState
package import SystemPackage
internal import SystemSupport

/// The inputs of a run, in the order of the arguments, and what was passed over on the way.
package struct InputList: Sendable {
  package private(set) var inputs = InputFiles()
  /// Files in folders that are of no format that is read, by name and by their first bytes.
  package private(set) var ignoredFileCount = 0
  /// Symbolic links that lead back to a folder they lie in.
  package private(set) var loopCount = 0
}

/// Files that are named in a file, one a line or zero-terminated (`--files-from`).
package struct FileList: Hashable, Sendable {
  package var path: FilePath
  package var separator: Delimiter

  package init(path: FilePath, separator: Delimiter) {
    self.path = path
    self.separator = separator
  }
}

/// Why the inputs cannot be told. A bad input is never one of these.
package enum InputListError: Error, Hashable, Sendable {
  /// A list of files cannot be read: which one and why.
  case unreadableList(FilePath, reason: String)
}

extension InputList {
  /// Looks at every argument, walks folders and reads lists. What is wrong with one input becomes its refusal.
  ///
  /// A file that comes twice under one relative path is taken once; what comes twice under two is two inputs.
  package static func find(
    _ arguments: [FilePath], lists: [FileList] = [], rules: WalkRules
  ) throws(InputListError) -> InputList {
    var list = InputList()
    var rules = rules
    let canRepeat = arguments.count > 1 || !lists.isEmpty
    // Repetitions are told by the files' identities, so all files have to be looked at.
    if canRepeat { rules.shard = nil }
    var walker = Walker(rules: rules)
    for argument in arguments {
      if let input = InputFile.named(argument, folders: nil) {
        walker.add(input)
      } else {
        walker.walk(argument)
      }
    }
    list.inputs = walker.takeFound()
    for file in lists { try list.append(file) }
    if canRepeat { list.removeRepetitions() }
    list.ignoredFileCount = walker.ignoredFileCount
    list.loopCount = walker.loopCount
    return list
  }

  private mutating func append(_ list: FileList) throws(InputListError) {
    do throws(Errno) {
      var reader = ListReader(try Descriptor(opening: list.path, .list), separator: list.separator)
      while let entry = try reader.next() { inputs.append(entry.input()) }
    } catch {
      throw .unreadableList(list.path, reason: error.message)
    }
  }

  /// Keeps the first of what has one identity and one relative path.
  private mutating func removeRepetitions() {
    // Sorted by those, repetitions are neighbors: cheaper in memory than a set of paths.
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
