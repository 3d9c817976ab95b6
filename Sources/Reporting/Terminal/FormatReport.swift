package import ImageCodecs
package import ImageCore
internal import TextFormatting

/// The output of `formats` for one format.
package struct FormatReport {
  package let format: ImageFormat
  package let decoder: DecoderAvailability

  package init(format: ImageFormat, decoder: DecoderAvailability) {
    self.format = format
    self.decoder = decoder
  }

  package static let titles = ["format", "suffixes", "read by", "written"]

  /// A row of the table. The name and the version of a library are two words; further ones would not fit 80 columns.
  package var fields: [String] {
    let reader = reader?.split(separator: " ").prefix(2).joined(separator: " ")
    return [
      format.name, format.suffixes.joined(separator: " "), reader ?? "-", format.isWritten ? "yes" : "-",
    ]
  }

  /// What to install to read the format; nil if it is readable, or not known.
  package var advice: String? {
    missing.map { missing in
      let what = format.packageName(for: missing).map { "apt-get install \($0)" }
      return "\(format.name): \(what ?? "install a later \(format.library?.rawValue ?? "")")"
    }
  }

  package var jsonLine: String {
    var line = JSONObjectWriter()
    line.add("event", "format")
    line.add("format", format.rawValue)
    line.add("name", format.name)
    line.add("isRead", reader != nil)
    if let reader { line.add("reader", reader) }
    line.add("isWritten", format.isWritten)
    if let package = missing.flatMap(format.packageName(for:)) { line.add("package", package) }
    return line.text
  }

  private var missing: MissingDecoder? {
    guard case .missing(let missing) = decoder else { return nil }
    return missing
  }

  /// What reads the format; nil if nothing does.
  private var reader: String? {
    switch decoder {
    case .builtIn: format.libraryVersions.first ?? "imgbatch"
    case .library(let version): version
    case .needsIsolation, .missing: nil
    }
  }
}
