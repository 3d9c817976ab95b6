internal import JPEGDecoding

/// The rows of MCUs of a band that are in flight: their coefficients, and where their samples go.
struct BandRows {
  let outputs: [ComponentOutput]
  /// Per row in flight, the coefficients of each component.
  private let slots: [[CoefficientRow]]

  static func scratchByteCount(_ file: ParsedFile, workers: Int) -> Int {
    3 * ComponentOutput.scratchByteCount
      + file.slotCount(workers: workers) * [CoefficientRow].scratchByteCount(file.frame)
  }

  init(
    _ file: ParsedFile, _ request: ScaledDecoder.Request, workers: Int, planes: [ScaledPlane],
    scratch: inout ScratchArena
  ) throws(Unsupported) {
    var outputs: [ComponentOutput] = []
    let columns = file.frame.mcuColumns(of: request.columns)
    let maxRows = request.strips.maxCount(of: file.frame.mcuRows)
    for (index, component) in file.frame.components.enumerated() {
      outputs.append(
        try ComponentOutput(
          component, scaledSize: file.frame.scaledSize(of: component, denominator: request.denominator),
          isProgressive: file.frame.isProgressive, quantization: file.quantization[index], columns: columns,
          maxRows: maxRows, plane: index < planes.count ? planes[index] : nil, scratch: &scratch))
    }
    self.outputs = outputs
    slots = (0..<file.slotCount(workers: workers)).map { _ in
      [CoefficientRow](file.frame, outputs, scratch: &scratch)
    }
  }

  /// The coefficients of a row of MCUs, one for each component.
  subscript(mcuRow: Int) -> [CoefficientRow] { slots[mcuRow % slots.count] }

  /// Computes the samples of a row whose coefficients are complete, and clears these.
  func put(_ row: MCURow) throws(Unsupported) {
    try self[row.index].put(outputs, row)
  }
}
