internal import ArgumentParser

/// One of several values, whose names on the command line are its raw values.
///
/// The parser's own lists of values make a key path for each list and describe each value, for a tenth of the instructions of a
/// run over one small image.
protocol ChoiceArgument: ExpressibleByArgument, CaseIterable, RawRepresentable where RawValue == String {}

extension ChoiceArgument {
  static var allValueStrings: [String] { allCases.map { $0.rawValue } }

  /// None: the names say it.
  static var allValueDescriptions: [String: String] { [:] }

  var defaultValueDescription: String { rawValue }
}
