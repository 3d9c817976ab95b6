internal import PixelKernels

enum PremultiplicationTrials {
  static func run() {
    var numbers = SeededNumbers(seed: 4)
    for channels in [2, 4] {
      for count in 1...200 {
        // Whole groups of sixteen samples are read and written.
        let samples = count * channels
        let whole = (samples + 15) & ~15
        let source = Memory(whole, &numbers)
        let target = Memory(2 * whole, &numbers)
        unsafe Premultiplication.row(source.base, into: target.base, channels: channels, count: count)
        var twin = Digest()
        for sample in 0..<samples {
          let isAlpha = sample % channels == channels - 1
          let alpha = source[sample / channels * channels + channels - 1]
          let product = UInt16(source[sample]) * UInt16(isAlpha ? 255 : alpha)
          twin.add([UInt8(product & 255), UInt8(product >> 8)])
        }
        Report.add("premultiplication", Digest(target.bytes(0..<2 * samples)), twin: twin)
      }
    }
  }
}
