package import ImageCore
package import SystemPackage
internal import SystemSupport

/// The format that is asked for (`--format`).
package enum OutputFormat: Hashable, CaseIterable, CustomStringConvertible, Sendable {
  /// The one that the output's name says.
  case same
  case one(ImageFormat)

  package static let jpeg = OutputFormat.one(.jpeg)
  package static let png = OutputFormat.one(.png)

  package static var allCases: [OutputFormat] { [.same] + ImageFormat.allCases.map { .one($0) } }

  package var description: String {
    switch self {
    case .same: "same"
    case .one(let format): format.rawValue
    }
  }
}

/// How outputs are named below the output folder (`--name`): text and `{dir}` `{stem}` `{ext}` `{size}` `{w}` `{h}`.
package struct NameTemplate: Hashable, Sendable {
  /// What stands in braces.
  package enum Field: String, CaseIterable, Sendable {
    /// The source's folder below its INPUT, without a separator at its ends.
    case folder = "dir"
    /// The source's name without the suffix of a format that is read.
    case stem
    /// The suffix of the output's format, without a dot; the source's own where that fits.
    case suffix = "ext"
    /// The size as it was asked for.
    case size
    /// Width and height of the output in pixels.
    case width = "w"
    case height = "h"
  }

  private enum Part: Hashable, Sendable {
    case text([UInt8])
    case field(Field)
  }

  private let parts: [Part]

  /// The tree of the sources, mirrored.
  package static let mirrored = NameTemplate(parts: mirrored(stem: [.field(.stem)]))
  /// The same for several sizes of each source.
  package static let mirroredWithSize = NameTemplate(
    parts: mirrored(stem: [.field(.stem), .text([UInt8(ascii: "-")]), .field(.size)]))

  private static func mirrored(stem: [Part]) -> [Part] {
    [.field(.folder), .text([UInt8(ascii: "/")])] + stem + [.text([UInt8(ascii: ".")]), .field(.suffix)]
  }

  private init(parts: [Part]) { self.parts = parts }

  /// Whether two sizes of an image get two names.
  package var tellsSizesApart: Bool { hasSize || needsPixelSize }

  /// Whether the size as it was asked for is in the names.
  var hasSize: Bool { parts.contains(.field(.size)) }

  /// One form for each template, however it was spelt: text has no zero byte, and names of fields stand between two.
  var canonicalBytes: [UInt8] {
    parts.flatMap { part in
      switch part {
      case .text(let text): text
      case .field(let field): [0] + Array(field.rawValue.utf8) + [0]
      }
    }
  }

  /// Whether names depend on the size of the output, which only the source's header tells.
  package var needsPixelSize: Bool { parts.contains(.field(.width)) || parts.contains(.field(.height)) }
}

/// Why a template cannot name outputs.
package enum NameTemplateError: Error, Hashable, Sendable {
  case empty
  case unknownField(String)
  /// A `{` without its `}`, or the other way round.
  case unbalancedBrace
  /// Outputs stay below the output folder.
  case absolutePath
  case parentFolder
  /// The last part of the path has no text and no field that a file could be named by.
  case noFileName
  case zeroByte
}

extension NameTemplate {
  package init(_ template: String) throws(NameTemplateError) {
    let parts = try NameTemplate.parse(template)
    guard let first = parts.first else { throw .empty }
    if case .text(let text) = first, text.first == UInt8(ascii: "/") { throw .absolutePath }
    var lastPartIsNamed = false
    for part in parts {
      switch part {
      case .field(let field): lastPartIsNamed = lastPartIsNamed || field != .folder
      case .text(let text):
        if text.contains(0) { throw .zeroByte }
        let pieces = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        lastPartIsNamed = (pieces.count == 1 && lastPartIsNamed) || pieces.last?.isEmpty == false
      }
    }
    // Fields stand for a name here: only text can make a component of two dots that every source would have.
    let shape = parts.flatMap { part in
      if case .text(let text) = part { text } else { [UInt8(ascii: "x")] }
    }
    if shape.split(separator: UInt8(ascii: "/")).contains([UInt8(ascii: "."), UInt8(ascii: ".")]) {
      throw .parentFolder
    }
    guard lastPartIsNamed else { throw .noFileName }
    self.init(parts: parts)
  }

  private static func parse(_ template: String) throws(NameTemplateError) -> [Part] {
    var parts: [Part] = []
    var text: [UInt8] = []
    var field: [UInt8]?
    for byte in template.utf8 {
      switch (byte, field) {
      case (UInt8(ascii: "{"), nil):
        if !text.isEmpty { parts.append(.text(text)) }
        text = []
        field = []
      case (UInt8(ascii: "{"), _?), (UInt8(ascii: "}"), nil): throw .unbalancedBrace
      case (UInt8(ascii: "}"), let name?):
        let name = String(decoding: name, as: UTF8.self)
        guard let known = Field(rawValue: name) else { throw .unknownField(name) }
        parts.append(.field(known))
        field = nil
      case (_, nil): text.append(byte)
      case (_, _?): field?.append(byte)
      }
    }
    if field != nil { throw .unbalancedBrace }
    if !text.isEmpty { parts.append(.text(text)) }
    return parts
  }
}

/// What a template makes a name of.
package struct NameParts: Sendable {
  /// The bytes of the source's path below its INPUT.
  let relative: [UInt8]
  package var requested: OutputFormat
  /// What the source is by its first bytes; looked at only where its name does not say.
  package var contents: ImageFormat?
  package var size: String
  /// The output's size; (0, 0) in names where it is not known.
  package var pixels: PixelSize?

  package init(
    relative: FilePath, requested: OutputFormat, contents: ImageFormat?, size: String, pixels: PixelSize? = nil
  ) {
    self.init(relative: relative.bytes, requested: requested, contents: contents, size: size, pixels: pixels)
  }

  init(
    relative: [UInt8], requested: OutputFormat, contents: ImageFormat?, size: String, pixels: PixelSize? = nil
  ) {
    self.relative = relative
    self.requested = requested
    self.contents = contents
    self.size = size
    self.pixels = pixels
  }
}

extension NameTemplate {
  /// The output's path below the output folder and the format it is written in, or nil where the source's name makes a
  /// path that would leave the folder, or is kept for the run's own files.
  package func name(of parts: NameParts) -> (path: FilePath, format: ImageFormat)? {
    bytes(of: parts).map { (FilePath(bytes: $0.path), $0.format) }
  }

  /// The same as bytes: equal ones are equal paths.
  func bytes(of parts: NameParts) -> (path: [UInt8], format: ImageFormat)? {
    let source = SourceName(parts.relative)
    let sourceFormat = source.format ?? parts.contents ?? .jpeg
    let wanted: ImageFormat =
      switch parts.requested {
      case .same: sourceFormat
      case .one(let format): format
      }
    var bytes: [UInt8] = []
    for part in self.parts {
      switch part {
      case .text(let text): bytes += text
      case .field(.folder): bytes += source.folder
      case .field(.stem): bytes += source.stem
      case .field(.suffix) where source.format == wanted: bytes += source.suffix
      case .field(.suffix): bytes += wanted.usualSuffix.utf8
      case .field(.size): bytes += parts.size.utf8
      case .field(.width): bytes += String(parts.pixels?.width ?? 0).utf8
      case .field(.height): bytes += String(parts.pixels?.height ?? 0).utf8
      }
    }
    // Names of the run's own records, and of files that are being written.
    guard let clean = NameTemplate.cleaned(bytes), !clean.starts(with: ".imgbatch-".utf8) else { return nil }
    // A suffix that the template itself writes says what an image of "the same format" is to be.
    let format = parts.requested == .same ? SourceName(clean).format ?? wanted : wanted
    return (clean, format)
  }

  /// A relative path without components that are empty or one dot; nil where nothing is left, or one is two dots.
  private static func cleaned(_ path: [UInt8]) -> [UInt8]? {
    let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
    // Nearly every path is clean: only a dot or a separator behind a separator makes another look worth while.
    var last = slash
    let isClean = path.allSatisfy { byte in
      defer { last = byte }
      return last != slash || (byte != slash && byte != dot)
    }
    if isClean && last != slash { return path }
    let components = path.split(separator: slash).filter { !$0.elementsEqual([dot]) }
    if components.isEmpty || components.contains(where: { $0.elementsEqual([dot, dot]) }) { return nil }
    return Array(components.joined(separator: [slash]))
  }
}
