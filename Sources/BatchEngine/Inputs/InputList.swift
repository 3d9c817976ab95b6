package import RunState
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
    for argument in arguments {
      let start = rules.keepsInputName ? argument.removingLastComponent().lastNameStart : nil
      if let input = InputFile.named(argument, relativeStart: start, folders: nil) {
        walker.add(input)
      } else {
        walker.walk(argument)
      }
    }
    list.inputs = walker.takeFound()
    for file in lists { try list.append(file) }
    if canRepeat { list.removeRepetitions() }
    list.ignoredFileCount = walker.ignoredFileCount
    list.omitted = walker.omitted
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
