/// Rows of MCUs that are decoded by themselves, and of each scan the data that tell of them.
struct Segment {
  let rows: Range<Int>
  /// Its scans' data begin and end with the band.
  let file: ParsedFile
}

/// Restart markers cut a scan into segments that refer to nothing before them (ITU-T T.81, E.1.4), so where all scans have one
/// in front of a row of MCUs, decoding can begin at that row as at the first.
extension ParsedFile {
  /// The file in bands from the top down, of about as many bytes each; as one where restart markers do not allow more.
  ///
  /// A band ends where the next begins, byte for byte: so if all are decoded without complaint, the whole is.
  /// - Parameter most: bands at most, 1 or more.
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
      // Too few of them: the data end early, and so does whoever decodes them.
      guard markers.count == starts.count else { throw .extent }
      for (position, (number, marker)) in zip(numbers, markers).enumerated() {
        guard bytes.byte(marker + 1) == 0xD0 + UInt8((number - 1) & 7) else { throw .extent }
        pieces[position].scans[index].data = pieces[position].scans[index].data.lowerBound..<marker
        pieces[position + 1].scans[index].data = marker + 2..<scan.data.upperBound
        pieces[position + 1].scans[index].nextRestart = UInt8(number & 7)
      }
    }
    let bounds = [0] + starts + [frame.mcuRows]
    return pieces.enumerated().map { Segment(rows: bounds[$0]..<bounds[$0 + 1], file: $1) }
  }

  /// MCUs of a scan in a row of the frame's MCUs. A scan of one component has its blocks for MCUs.
  private func mcusOfRow(_ scan: ScanHeader) -> Int {
    if scan.components.count > 1 { return frame.mcuColumns }
    let component = frame.components[scan.components[0]]
    return component.blocksAcross * component.down
  }

  /// In front of each so many-th row of MCUs all scans have a restart marker; nil where one has none at all.
  private var rowsBetweenBeginnings: Int? {
    var step = 1
    for scan in scans {
      guard scan.restartInterval > 0 else { return nil }
      // The least multiple of `step` rows that has whole intervals.
      step *= scan.restartInterval / commonFactor(scan.restartInterval, step * mcusOfRow(scan))
      if step > frame.mcuRows { return nil }
    }
    return step
  }

  /// The rows that bands begin with, but for the first: where the longest scan has about a band's share of its bytes behind it.
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
