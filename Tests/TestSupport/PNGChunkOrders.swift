/// PNG files of 3x2 pixels with 8 bits and any order of chunks, valid or not.
package struct PNGChunkOrders {
  /// 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA.
  package static let colorTypes = [0, 2, 3, 4, 6]
  /// All chunks that may precede IDAT.
  package static let names = [
    "PLTE", "tRNS", "gAMA", "cHRM", "iCCP", "sRGB", "cICP", "sBIT", "bKGD", "hIST", "eXIf",
  ]

  private let header: [UInt8]
  private let data: [UInt8]
  private let chunks: [String: [UInt8]]

  /// - Parameter profile: the profile for iCCP.
  package init(colorType: Int, profile: [UInt8]) {
    let samples = [0: 1, 2: 3, 3: 1, 4: 2, 6: 4][colorType] ?? 1
    header = PNGParts.header(width: 3, height: 2, colorType: colorType)
    var rows: [UInt8] = []
    for y in 0..<2 {
      rows.append(0)
      for x in 0..<3 * samples { rows.append(UInt8(colorType == 3 ? (x + y) % 4 : x * 20 + y * 7)) }
    }
    data = PNGParts.data(rows)
    let transparency: [UInt8] =
      switch colorType {
      case 0: [0, 20]
      case 2: [0, 0, 0, 20, 0, 40]
      case 3: [0, 100]
      default: [0, 0]
      }
    let zeros = [UInt8](repeating: 0, count: samples > 2 ? 6 : 2)
    let orientation: [UInt8] = [1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    chunks = [
      "PLTE": PNGParts.chunk("PLTE", [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9]),
      "tRNS": PNGParts.chunk("tRNS", transparency),
      "gAMA": PNGParts.gamma(100_000),
      "cHRM": PNGParts.chromaticities([31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000]),
      "iCCP": PNGParts.profile(profile),
      "sRGB": PNGParts.chunk("sRGB", [0]),
      "cICP": PNGParts.chunk("cICP", [12, 13, 0, 1]),
      "sBIT": PNGParts.chunk("sBIT", [UInt8](repeating: 8, count: colorType == 3 ? 3 : samples)),
      "bKGD": PNGParts.chunk("bKGD", colorType == 3 ? [1] : zeros),
      "hIST": PNGParts.chunk("hIST", [0, 1, 0, 2, 0, 3, 0, 4]),
      // Orientation 1, little-endian.
      "eXIf": PNGParts.chunk("eXIf", Array("II".utf8) + [42, 0, 8, 0, 0, 0] + orientation),
    ]
  }

  /// A file with the chunks in this order. The names include "IHDR" and "IDAT".
  package func file(_ order: [String]) -> [UInt8] {
    order.reduce(PNGParts.signature) { bytes, name in
      switch name {
      case "IHDR": bytes + header
      case "IDAT": bytes + data
      default: bytes + (chunks[name] ?? [])
      }
    } + PNGParts.end
  }
}

/// All permutations of the elements.
package func permutations<Element>(_ elements: [Element]) -> [[Element]] {
  if elements.isEmpty { return [[]] }
  return elements.indices.flatMap { index in
    var others = elements
    let first = others.remove(at: index)
    return permutations(others).map { [first] + $0 }
  }
}

/// All combinations of `count` elements, in their order.
package func choices<Element>(_ count: Int, of elements: [Element]) -> [[Element]] {
  if count == 0 { return [[]] }
  return elements.indices.flatMap { index in
    choices(count - 1, of: Array(elements[(index + 1)...])).map { [elements[index]] + $0 }
  }
}
