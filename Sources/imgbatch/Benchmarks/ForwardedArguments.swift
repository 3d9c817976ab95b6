internal import SystemPackage
internal import SystemSupport

/// The arguments of `compare` and `profile` that each run of `resize` also gets, byte for byte: inputs, image options, limits.
/// New image options of `resize` are forwarded without a change here.
struct ForwardedArguments {
  private static let ownFlags: Set<String> = ["--json", "--csv", "--markdown", "--cold", "--save"]
  private static let ownOptions: Set<String> = ["--runs", "--jobs", "--report", "--workload", "--fetch"]

  let bytes: [[UInt8]]

  /// - Parameters:
  ///   - given: the valid arguments after the command's name.
  ///   - list: the new value of `--files-from`; nil where the option is not given.
  ///   - flags: flags that are not forwarded, in addition to the command's own.
  ///   - options: options that are not forwarded, in addition to the command's own.
  init(_ given: [String], list: FilePath?, without flags: Set<String> = [], _ options: Set<String> = []) {
    let flags = flags.union(ForwardedArguments.ownFlags)
    let options = options.union(ForwardedArguments.ownOptions)
    var passed: [[UInt8]] = []
    var rest = given[...]
    while let argument = rest.popFirst() {
      if argument == "--" {
        passed += ([argument] + rest).map(unescapedBytes)
        break
      }
      let name = argument.hasPrefix("--") ? String(argument.prefix { $0 != "=" }) : argument
      let hasValue = name != argument
      if flags.contains(name) { continue }
      if options.contains(name) || name == "--files-from" {
        if !hasValue { rest = rest.dropFirst() }
        if name == "--files-from", let list { passed += [Array(name.utf8), list.bytes] }
        continue
      }
      passed.append(unescapedBytes(argument))
    }
    bytes = passed
  }
}
