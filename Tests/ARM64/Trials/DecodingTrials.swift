internal import JPEGDecoding
internal import JPEGKernels

/// Whole files, sound and damaged, at every scale: all planes, or the reason for which the file is left to libjpeg.
enum DecodingTrials {
  static func run(_ file: [UInt8]) {
    let bytes = Memory(file)
    for denominator in [1, 2, 4, 8] {
      // One thread after the other, and all stages that threads would share.
      for workers in [1, 4] { decode(bytes, denominator, workers: workers) }
    }
  }

  private static func decode(_ bytes: Memory, _ denominator: Int, workers: Int) {
    var numbers = SeededNumbers(seed: 8)
    var planes: [Memory] = []
    var used: [(width: Int, height: Int, stride: Int)] = []
    var kernel = "JPEG, refused from its markers"
    var result = Digest()
    do throws(Unsupported) {
      try unsafe ScaledDecoder.decode(
        UnsafeRawBufferPointer(start: bytes.base, count: bytes.count), denominator: denominator, workers: workers,
        Kernels.self
      ) { frame in
        kernel = "JPEG \(frame.isProgressive ? "progressive" : "baseline") decoding at 1/\(denominator)"
        return frame.components.map { component in
          let size = frame.scaledSize(of: component, denominator: denominator)
          let stride = component.codedBlocksAcross * size + 64
          let rowCount = frame.mcuRows * component.down * size
          let plane = Memory(stride * rowCount + 64, &numbers)
          planes.append(plane)
          used.append((component.blocksAcross * size, component.blocksDown * size, stride))
          return unsafe ScaledPlane(base: plane.pointer(to: UInt8.self), stride: stride, rowCount: rowCount)
        }
      }
      for (plane, area) in zip(planes, used) {
        for row in 0..<area.height { result.add(plane.bytes(row * area.stride..<row * area.stride + area.width)) }
      }
    } catch {
      result.add(error.rawValue.utf8)
    }
    Report.add(kernel, result)
  }
}
