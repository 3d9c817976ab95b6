internal import ImageCodecs
internal import ImageCore
internal import ReferenceImplementations
internal import RunState
import SystemPackage

/// Measures both PNG encoders at each level with the same images, alternately. Prints the total bytes, and the median time of a
/// run over all images in microseconds.
func benchEncoders(runs: Int, _ paths: [String]) throws {
  guard runs >= 1, !paths.isEmpty else { endWithUsage() }
  let pool = BufferPool()
  var images: [LoadedImage] = []
  for path in paths { images.append(try LoadedImage(path, pool: pool)) }
  let encoder = LibdeflatePNGEncoder(pool: pool)
  for level in 0...9 {
    var ours = BenchmarkMode()
    var libpng = BenchmarkMode()
    for _ in 0..<runs {
      try ours.run(images) { try unsafe encoder.encode($0, level: level).count }
      libpng.run(images) { LibpngEncoder.encode($0, level: level).count }
    }
    print(
      #"{"level": \#(level), "libpng": {"bytes": \#(libpng.byteCount), "microseconds": \#(libpng.median)}, "#
        + #""imgbatch": {"bytes": \#(ours.byteCount), "microseconds": \#(ours.median)}}"#)
  }
}

/// A decoded image, as a class because arrays cannot hold noncopyable planes.
private final class LoadedImage {
  let plane: Plane

  init(_ path: String, pool: BufferPool) throws {
    guard let bytes = AtomicFile.bytes(of: FilePath(path), atMost: 1 << 28) else {
      throw CodecError.broken("\(path) could not be read")
    }
    let decoder = Decoder(pool: pool)
    var image: Image?
    try unsafe bytes.withUnsafeBytes { bytes in
      _ = try unsafe decoder.readHeader(bytes, limits: DecodeLimits())
      image = try decoder.decode(DecodeRequest()).unwrapped()
    }
    switch consume image {
    case .pixels(let plane)?: self.plane = plane
    case .yCbCr?: throw CodecError.broken("\(path) is not of interleaved pixels")
    case nil: throw CodecError.broken("\(path) has no pixels")
    }
  }
}

private struct BenchmarkMode {
  private(set) var byteCount = 0
  private var times: [Double] = []

  var median: Double { times.sorted()[times.count / 2] }

  mutating func run(_ images: [LoadedImage], _ encode: (borrowing Plane) throws -> Int) rethrows {
    byteCount = 0
    let start = threadMicroseconds()
    for image in images { byteCount += try encode(image.plane) }
    times.append(threadMicroseconds() - start)
  }
}
