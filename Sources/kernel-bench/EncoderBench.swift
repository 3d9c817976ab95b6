internal import ImageCodecs
internal import ImageCore
internal import RunState
import SystemPackage

/// Both encoders of PNG at each level over the same pictures, by turns: bytes in all, and the median time of a run over
/// all pictures in microseconds.
func benchEncoders(runs: Int, _ paths: [String]) throws {
  guard runs >= 1, !paths.isEmpty else { endWithUsage() }
  let pool = BufferPool()
  var pictures: [LoadedPicture] = []
  for path in paths { pictures.append(try LoadedPicture(path, pool: pool)) }
  let fast = FastPNGEncoder(pool: pool)
  let plain = try PlainPNGEncoder()
  for level in 0...9 {
    var ours = Contestant()
    var libpng = Contestant()
    for _ in 0..<runs {
      try ours.run(pictures) { try unsafe fast.encode($0, level: level).count }
      try libpng.run(pictures) { try unsafe plain.encode($0, level: level).count }
    }
    print(
      #"{"level": \#(level), "libpng": {"bytes": \#(libpng.byteCount), "microseconds": \#(libpng.median)}, "#
        + #""imgbatch": {"bytes": \#(ours.byteCount), "microseconds": \#(ours.median)}}"#)
  }
}

/// A picture of a file, kept by a reference as arrays hold no planes.
private final class LoadedPicture {
  let plane: Plane

  init(_ path: String, pool: BufferPool) throws {
    guard let bytes = WholeFile.bytes(of: FilePath(path), atMost: 1 << 28) else {
      throw CodecError.broken("\(path) could not be read")
    }
    let decoder = Decoder(pool: pool)
    var picture: Picture?
    try unsafe bytes.withUnsafeBytes { bytes in
      _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      picture = try decoder.decode(DecodeRequest()).unwrapped()
    }
    switch consume picture {
    case .pixels(let plane)?: self.plane = plane
    case .yCbCr?: throw CodecError.broken("\(path) is not of interleaved pixels")
    case nil: throw CodecError.broken("\(path) has no pixels")
    }
  }
}

private struct Contestant {
  private(set) var byteCount = 0
  private var times: [Double] = []

  var median: Double { times.sorted()[times.count / 2] }

  mutating func run(_ pictures: [LoadedPicture], _ encode: (borrowing Plane) throws -> Int) rethrows {
    byteCount = 0
    let start = threadMicroseconds()
    for picture in pictures { byteCount += try encode(picture.plane) }
    times.append(threadMicroseconds() - start)
  }
}
