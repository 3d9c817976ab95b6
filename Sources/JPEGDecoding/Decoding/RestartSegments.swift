internal import ImageCore

/// Rows of MCUs that can be decoded independently, with the data of each scan for these rows.
struct Segment {
  let rows: Range<Int>
  /// The data of its scans begin and end with the segment.
  let file: ParsedFile
}

/// Restart markers split a scan into segments that do not depend on earlier data (ITU-T T.81, E.1.4). Where all scans have such a
/// marker before a row of MCUs, decoding can start at that row.
extension ParsedFile {
  /// Splits the file into bands from top to bottom, of about equal size in bytes. Returns one band if restart markers do not
  /// allow more.
  ///
  /// A band ends at the byte where the next one begins. So if all bands are decoded without error, so is the whole file.
  /// - Parameter maximum: maximum number of bands, 1 or more.
  func bands(maximum: Int, bytes: RawSpan) throws(Unsupported) -> [Segment] {
    let whole = [Segment(rows: 0..<frame.mcuRows, file: self)]
    guard maximum > 1, let step = rowsBetweenBeginnings, step < frame.mcuRows else { return whole }
    let starts = firstRows(maximum: maximum, step: step, bytes: bytes)
    if starts.isEmpty { return whole }
    var pieces = Array(repeating: self, count: starts.count + 1)
    for index in scans.indices {
      let scan = scans[index]
      let numbers = starts.map { $0 * mcusOfRow(scan) / scan.restartInterval }
      var markers: [Int] = []
      bytes.forEachRestartMarker(in: scan.data) { number, offset in
        if numbers.contains(number) { markers.append(offset) }
      }
      // With too few markers, the data end early. A decoder of the whole file reports the same.
      guard markers.count == starts.count else { throw .extent }
      for (position, (number, marker)) in zip(numbers, markers).enumerated() {
        guard bytes.byte(marker + 1) == JPEGMarker.restarts.lowerBound + UInt8((number - 1) & 7) else { throw .extent }
        pieces[position].scans[index].data = pieces[position].scans[index].data.lowerBound..<marker
        pieces[position + 1].scans[index].data = marker + 2..<scan.data.upperBound
        pieces[position + 1].scans[index].nextRestart = UInt8(number & 7)
      }
    }
    let bounds = [0] + starts + [frame.mcuRows]
    return pieces.enumerated().map { Segment(rows: bounds[$0]..<bounds[$0 + 1], file: $1) }
  }

  /// MCUs of a scan in one row of the frame's MCUs. In a scan of one component, an MCU is one block.
  private func mcusOfRow(_ scan: ScanHeader) -> Int {
    if scan.components.count > 1 { return frame.mcuColumns }
    let component = frame.components[scan.components[0]]
    return component.blocksAcross * component.down
  }

  /// The smallest number n so that all scans have a restart marker before each n-th row of MCUs. Nil if a scan has no restart
  /// markers, or if n exceeds the number of rows.
  private var rowsBetweenBeginnings: Int? {
    var step = 1
    for scan in scans {
      guard scan.restartInterval > 0 else { return nil }
      // The smallest multiple of `step` rows that contains whole intervals.
      step *= scan.restartInterval / commonFactor(scan.restartInterval, step * mcusOfRow(scan))
      if step > frame.mcuRows { return nil }
    }
    return step
  }

  /// The first rows of all bands except the top one. The longest scan determines them, so that each band has about the same share
  /// of its bytes.
  private func firstRows(maximum: Int, step: Int, bytes: RawSpan) -> [Int] {
    guard let scan = scans.max(by: { $0.data.count < $1.data.count }) else { return [] }
    let share = scan.data.count / maximum
    var rows: [Int] = []
    bytes.forEachRestartMarker(in: scan.data) { number, offset in
      let mcu = number * scan.restartInterval
      guard mcu % (step * mcusOfRow(scan)) == 0, offset - scan.data.lowerBound >= (rows.count + 1) * share else {
        return
      }
      let row = mcu / mcusOfRow(scan)
      if row < frame.mcuRows && rows.count < maximum - 1 { rows.append(row) }
    }
    return rows
  }

  private func commonFactor(_ a: Int, _ b: Int) -> Int {
    var (a, b) = (a, b)
    while b > 0 { (a, b) = (b, a % b) }
    return a
  }
}
