package import ImageCore
package import SystemPackage
internal import SystemSupport

/// The requested output format (`--format`).
package enum OutputFormat: Hashable, CaseIterable, CustomStringConvertible, Sendable {
  /// The format that the output's name implies.
  case same
  case one(ImageFormat)
  /// JPEG if every pixel is opaque, otherwise PNG. Both names are reserved.
  case auto

  package static let jpeg = OutputFormat.one(.jpeg)
  package static let png = OutputFormat.one(.png)

  package static var allCases: [OutputFormat] { [.same] + ImageFormat.written.map { .one($0) } + [.auto] }

  package var description: String {
    switch self {
    case .same: "same"
    case .auto: "auto"
    case .one(let format): format.rawValue
    }
  }
}

/// How outputs are named below the output folder (`--name`): text and `{dir}` `{stem}` `{base}` `{ext}` `{name}` `{srcext}`
/// `{size}` `{w}` `{h}`.
package struct NameTemplate: Hashable, Sendable {
  /// A name in braces.
  package enum Field: String, CaseIterable, Sendable {
    /// The source's folder below its INPUT, without leading or trailing separator.
    case folder = "dir"
    /// The source's name without the suffix of a format that is written. With it where the format is only read, so that
    /// `IMG_1.gif` and `IMG_1.png` have different outputs.
    case stem
    /// The source's name without the suffix of any format that is read.
    case base
    /// The suffix of the output's format, without a dot; the source's own suffix if the format is the same.
    case suffix = "ext"
    /// The source's name with its suffix.
    case sourceName = "name"
    /// The source's suffix as it is, without a dot; empty without a suffix of a supported format.
    case sourceSuffix = "srcext"
    /// The size as requested.
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

  /// Mirrors the folder tree of the sources.
  package static let mirrored = NameTemplate(parts: mirrored(stem: [.field(.stem)]))
  /// Mirrors the folder tree, for several sizes per source.
  package static let mirroredWithSize = NameTemplate(
    parts: mirrored(stem: [.field(.stem), .text([UInt8(ascii: "-")]), .field(.size)]))

  private static func mirrored(stem: [Part]) -> [Part] {
    [.field(.folder), .text([UInt8(ascii: "/")])] + stem + [.text([UInt8(ascii: ".")]), .field(.suffix)]
  }

  private init(parts: [Part]) { self.parts = parts }

  /// Whether two sizes of an image get different names.
  package var distinguishesSizes: Bool { hasSize || needsPixelSize }

  /// Whether names end with an extension, as far as the template alone shows.
  package var hasExtension: Bool {
    switch parts.last {
    case .field(.suffix), .field(.sourceSuffix), .field(.sourceName): true
    case .text(let text): SourceName(text).format != nil || SourceName([UInt8(ascii: "x")] + text).format != nil
    case .field, nil: false
    }
  }

  /// Whether names contain the suffix of the output's format.
  package var hasSuffix: Bool { parts.contains(.field(.suffix)) }

  /// Whether names contain the requested size.
  var hasSize: Bool { parts.contains(.field(.size)) }

  /// The same bytes for every spelling of a template. Text contains no zero byte, and two zero bytes enclose the name of a field.
  var canonicalBytes: [UInt8] {
    parts.flatMap { part in
      switch part {
      case .text(let text): text
      case .field(let field): [0] + Array(field.rawValue.utf8) + [0]
      }
    }
  }

  /// Whether names depend on the size of the output, which only the source's header determines.
  package var needsPixelSize: Bool { parts.contains(.field(.width)) || parts.contains(.field(.height)) }
}

/// Why a template cannot name outputs.
package enum NameTemplateError: Error, Hashable, Sendable {
  case empty
  case unknownField(String)
  /// A `{` without `}` or the reverse.
  case unbalancedBrace
  /// Outputs must stay below the output folder.
  case absolutePath
  case parentFolder
  /// The last component of the path has no text and no field that could name a file.
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
    // Here a field stands for any name. Only text can produce a `..` component in the path of every source.
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

/// The values from which a template builds a name.
package struct NameParts: Sendable {
  /// The bytes of the source's path below its INPUT.
  let relative: [UInt8]
  package var requested: OutputFormat
  /// The source's format according to its first bytes. Only detected if the name does not determine it.
  package var contents: ImageFormat?
  package var size: String
  /// The size of the output; (0, 0) where it is unknown.
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
  /// The output's path below the output folder and its format. Nil if the source's name results in a path that leaves the folder
  /// or is reserved for the run's own files.
  package func name(of parts: NameParts) -> (path: FilePath, format: ImageFormat)? {
    bytes(of: parts).map { (FilePath(bytes: $0.path), $0.format) }
  }

  /// The same as bytes. Equal bytes are equal paths.
  func bytes(of parts: NameParts) -> (path: [UInt8], format: ImageFormat)? {
    let source = SourceName(parts.relative)
    let sourceFormat = source.format ?? parts.contents ?? .jpeg
    let wanted: ImageFormat =
      switch parts.requested {
      case .same: sourceFormat.outputFormat
      case .one(let format): format
      case .auto: .jpeg
      }
    var bytes: [UInt8] = []
    for part in self.parts {
      switch part {
      case .text(let text): bytes += text
      case .field(.folder): bytes += source.folder
      case .field(.stem): bytes += source.format?.isWritten ?? true ? source.stem : source.name
      case .field(.base): bytes += source.stem
      case .field(.suffix) where source.format == wanted: bytes += source.suffix
      case .field(.suffix): bytes += wanted.usualSuffix.utf8
      case .field(.sourceName): bytes += source.name
      case .field(.sourceSuffix): bytes += source.suffix
      case .field(.size): bytes += parts.size.utf8
      case .field(.width): bytes += String(parts.pixels?.width ?? 0).utf8
      case .field(.height): bytes += String(parts.pixels?.height ?? 0).utf8
      }
    }
    // Reserved for the run's own records and for temporary files.
    guard let clean = NameTemplate.cleaned(bytes), !clean.starts(with: ".imgbatch-".utf8) else { return nil }
    guard let named = SourceName(clean).format else { return (clean, wanted) }
    // No output has the suffix of a format that it cannot have, as with `{name}`.
    guard named.isWritten else { return (clean + Array(".\(wanted.usualSuffix)".utf8), wanted) }
    // With the format "same", a suffix that the template itself contains determines the format.
    return (clean, parts.requested == .same ? named : wanted)
  }

  /// A relative path without empty and `.` components; nil if nothing is left or a component is `..`.
  private static func cleaned(_ path: [UInt8]) -> [UInt8]? {
    let (slash, dot) = (UInt8(ascii: "/"), UInt8(ascii: "."))
    // Nearly every path is clean. Only a dot or a separator after a separator needs a closer check.
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
