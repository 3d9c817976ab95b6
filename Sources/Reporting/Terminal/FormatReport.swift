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

  package static let titles = ["format", "suffixes", "read by", "written", "install to read it"]

  package var fields: [String] {
    [format.name, format.suffixes.joined(separator: " "), reader ?? "-", format.isWritten ? "yes" : "-", advice ?? ""]
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

  private var advice: String? {
    missing.map { missing in format.packageName(for: missing) ?? "a later version of \(format.library?.rawValue ?? "")"
    }
  }
}
