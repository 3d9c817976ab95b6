internal import ArgumentParser

/// Parsed options as the arguments of another run of this program. Names and values follow from the properties of the groups, so
/// that a new option is declared in one place.
struct ForwardedArguments {
  private var options: [String] = []
  private var inputs: [String] = []

  init(_ groups: any ParsableArguments...) {
    for group in groups { add(group) }
  }

  static func + (one: ForwardedArguments, other: ForwardedArguments) -> ForwardedArguments {
    var sum = one
    sum.options += other.options
    sum.inputs += other.inputs
    return sum
  }

  /// The same with another value of an option that is given once.
  func setting(_ name: String, to value: Int) -> ForwardedArguments {
    var result = self
    result.options.removeAll { $0.hasPrefix(name + "=") }
    result.options.append("\(name)=\(value)")
    return result
  }

  /// Byte for byte. Ends with the inputs, after `--`.
  var bytes: [[UInt8]] { (options + ["--"] + inputs).map(unescapedBytes) }

  /// The name of the first option that is not as in `defaults`; nil if there is none.
  func firstChange(from defaults: ForwardedArguments) -> String? {
    options.first { !defaults.options.contains($0) }.map { String($0.prefix { $0 != "=" }) }
  }

  fileprivate mutating func add(_ group: any ParsableArguments) {
    for child in Mirror(reflecting: group).children {
      // The storage of a property wrapper has the property's name after an underscore.
      let name = "--" + (child.label ?? "").dropFirst().flatMap { $0.isUppercase ? "-" + $0.lowercased() : "\($0)" }
      switch child.value {
      case let flag as Flag<Bool>: if flag.wrappedValue { options.append(name) }
      case let argument as Argument<[PathArgument]>: inputs += argument.wrappedValue.map(\.text)
      case let option as any ForwardedOption: options += texts(of: option.value).map { "\(name)=\($0)" }
      case let group as any ForwardedGroup: add(group.value)
      default: preconditionFailure("\(name) cannot be forwarded")
      }
    }
  }
}

/// One text for each time that an option must be given.
private func texts(of value: Any) -> [String] {
  if let values = value as? [Any] { return values.flatMap(texts) }
  let mirror = Mirror(reflecting: value)
  if mirror.displayStyle == .optional { return mirror.children.flatMap { texts(of: $0.value) } }
  return [(value as? any ExpressibleByArgument)?.defaultValueDescription ?? "\(value)"]
}

private protocol ForwardedOption { var value: Any { get } }

extension Option: ForwardedOption {
  fileprivate var value: Any { wrappedValue }
}

private protocol ForwardedGroup { var value: any ParsableArguments { get } }

extension OptionGroup: ForwardedGroup {
  fileprivate var value: any ParsableArguments { wrappedValue }
}
