package import ImageCore
internal import SystemSupport
internal import TextFormatting

/// A column that a manifest has on request.
package enum ManifestColumn: String, CaseIterable, Sendable {
  case sha256, color, thumbhash, dhash
}

/// A line of a manifest: an output that exists.
package struct ManifestEntry: Sendable {
  /// The path below the output folder.
  package let name: [UInt8]
  /// The path of the source, or the address of a download.
  package let source: [UInt8]
  package let size: PixelSize
  package let byteCount: Int
  /// Chosen for a lossy output of this run; nil for others.
  package let quality: Int?
  package let sha256: [UInt8]?
  package var fingerprints: ImageFingerprints

  package init(
    name: [UInt8], source: [UInt8], size: PixelSize, byteCount: Int, quality: Int?, sha256: [UInt8]?,
    fingerprints: ImageFingerprints
  ) {
    self.name = name
    self.source = source
    self.size = size
    self.byteCount = byteCount
    self.quality = quality
    self.sha256 = sha256
    self.fingerprints = fingerprints
  }

  /// Empty where it is not known.
  fileprivate func value(_ column: ManifestColumn) -> String {
    switch column {
    case .sha256: Hexadecimal.text(sha256 ?? [])
    case .color:
      fingerprints.color.map { color in
        "#" + Hexadecimal.text([16, 8, 0].map { UInt8(color >> $0 & 0xFF) })
      } ?? ""
    case .thumbhash: base64(fingerprints.thumbHash)
    case .dhash: fingerprints.differenceHash.map { Hexadecimal.text($0) } ?? ""
    }
  }
}

/// The text of a manifest (`--manifest`).
package struct Manifest: Sendable {
  package enum Format: Sendable { case csv, jsonLines }

  private let format: Format
  private let columns: [ManifestColumn]
  private let hasQuality: Bool

  /// - Parameter hasQuality: whether the quality of each output is chosen (`--max-output-bytes`).
  package init(_ format: Format, _ columns: Set<ManifestColumn>, hasQuality: Bool) {
    self.format = format
    self.hasQuality = hasQuality
    self.columns = ManifestColumn.allCases.filter(columns.contains)
  }

  /// The first line, with its end; empty where there is none.
  package var head: String {
    guard format == .csv else { return "" }
    let quality = hasQuality ? ["quality"] : []
    return row(["file_name", "source", "width", "height", "bytes"] + quality + columns.map(\.rawValue))
  }

  /// The line of an output, with its end. Invalid UTF-8 is replaced.
  package func line(_ entry: ManifestEntry) -> String {
    let (name, source) = (String(decoding: entry.name, as: UTF8.self), String(decoding: entry.source, as: UTF8.self))
    if format == .csv {
      let numbers = [entry.size.width, entry.size.height, entry.byteCount].map { String($0) }
      let quality = hasQuality ? [entry.quality.map { String($0) } ?? ""] : []
      return row([name, source] + numbers + quality + columns.map(entry.value))
    }
    var object = JSONObjectWriter()
    object.add("file_name", name)
    object.add("source", source)
    object.add("width", entry.size.width)
    object.add("height", entry.size.height)
    object.add("bytes", entry.byteCount)
    if hasQuality { object.add("quality", entry.quality) }
    for column in columns {
      let value = entry.value(column)
      object.add(column.rawValue, value.isEmpty ? nil : value)
    }
    return object.text + "\n"
  }

  /// A record of RFC 4180: fields with a comma, a quote or a line end are quoted.
  private func row(_ fields: [String]) -> String {
    fields.map { field in
      let isPlain = field.utf8.allSatisfy { ![0x22, 0x2C, 0x0A, 0x0D].contains($0) }
      return isPlain
        ? field : "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }.joined(separator: ",") + "\r\n"
  }
}
