/// The XML namespaces that XMP editing needs.
enum XMPNamespace: String, CaseIterable {
  case rdf = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  case tiff = "http://ns.adobe.com/tiff/1.0/"
  /// Extended XMP (XMP specification, part 3, 1.1.3.1).
  case note = "http://ns.adobe.com/xmp/note/"
  /// Motion photos (Android, Motion Photo format 1.0).
  case camera = "http://ns.google.com/photos/1.0/camera/"
  case container = "http://ns.google.com/photos/1.0/container/"
  case dynamicContainer = "http://ns.google.com/photos/dd/1.0/container/"
  /// Gain maps (Android, Ultra HDR image format 1.1; Apple).
  case gainMap = "http://ns.adobe.com/hdr-gain-map/1.0/"
  case appleGainMap = "http://ns.apple.com/HDRGainMap/1.0/"
  case other = ""

  private static let byText = Dictionary(
    uniqueKeysWithValues: allCases.dropLast().map { (Array($0.rawValue.utf8)[...], $0) })

  init(_ value: ArraySlice<UInt8>) { self = XMPNamespace.byText[XMLScanner.text(value)] ?? .other }
}

/// Follows a scanner and resolves the prefixes of names (Namespaces in XML 1.0).
struct XMPNames {
  /// The namespaces of each prefix, the innermost declaration last.
  private var namespaces: [ArraySlice<UInt8>: [XMPNamespace]] = [:]
  private var open: [Open] = []

  private struct Open {
    let name: ArraySlice<UInt8>
    let prefixes: [ArraySlice<UInt8>]
  }

  typealias Name = (namespace: XMPNamespace, local: ArraySlice<UInt8>)

  /// The number of open elements.
  var depth: Int { open.count }

  /// Enters an element. Its declarations apply from its start tag on.
  mutating func enter(_ tag: XMLScanner.Tag, _ bytes: [UInt8]) {
    var prefixes: [ArraySlice<UInt8>] = []
    for attribute in tag.attributes {
      guard let prefix = XMPNames.declared(bytes[attribute.name]) else { continue }
      namespaces[prefix, default: []].append(XMPNamespace(bytes[attribute.value]))
      prefixes.append(prefix)
    }
    open.append(Open(name: bytes[tag.name], prefixes: prefixes))
  }

  /// Leaves the innermost element.
  /// - Parameter name: the name in its end tag.
  mutating func leave(_ name: ArraySlice<UInt8>) throws(XMLScanner.Malformed) {
    guard let last = open.popLast(), last.name == name else { throw XMLScanner.Malformed() }
    for prefix in last.prefixes { namespaces[prefix]?.removeLast() }
  }

  func element(_ name: ArraySlice<UInt8>) -> Name {
    let (prefix, local) = XMPNames.parts(name)
    return (namespaces[prefix]?.last ?? .other, local)
  }

  /// An attribute without a prefix is in no namespace.
  func attribute(_ name: ArraySlice<UInt8>) -> Name {
    let (prefix, local) = XMPNames.parts(name)
    return (prefix.isEmpty ? .other : namespaces[prefix]?.last ?? .other, local)
  }

  /// The prefix that an attribute declares, empty for the default namespace; nil for other attributes.
  static func declared(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard name.startsWithText("xmlns") else { return nil }
    let rest = name.dropFirst(5)
    if rest.isEmpty { return rest }
    return rest.first == UInt8(ascii: ":") ? rest.dropFirst() : nil
  }

  private static func parts(_ name: ArraySlice<UInt8>) -> (prefix: ArraySlice<UInt8>, local: ArraySlice<UInt8>) {
    guard let colon = name.firstIndex(of: UInt8(ascii: ":")) else { return (name.prefix(0), name) }
    return (name[..<colon], name[(colon + 1)...])
  }
}

extension ArraySlice where Element == UInt8 {
  func isText(_ text: String) -> Bool { elementsEqual(text.utf8) }

  func startsWithText(_ text: String) -> Bool { starts(with: text.utf8) }
}
