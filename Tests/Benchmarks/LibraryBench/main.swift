import Glibc
import Synchronization
import SystemPackage
import Thumbnails

// Thumbnails of images by the library, from several tasks, each of which reads an image, waits for its thumbnail and writes it.
// usage: library-bench SIZE TASKS OUT FILE...
// Prints the time of the first thumbnail and of all of them. The outputs go to the folder OUT, as those of the program do.

let arguments = CommandLine.arguments
guard arguments.count > 4, let size = Int(arguments[1]), let tasks = Int(arguments[2]) else {
  print("usage: library-bench SIZE TASKS OUT FILE...")
  exit(64)
}
let out = FilePath(arguments[3])
let files = arguments[4...].map { FilePath($0) }
_ = unsafe mkdir(arguments[3], 0o777)
var options = ThumbnailOptions(.box(size, size))
options.quality = 75

func contents(of path: FilePath) throws -> [UInt8] {
  let file = try FileDescriptor.open(path, .readOnly)
  return try file.closeAfter {
    let count = Int(try file.seek(offset: 0, from: .end))
    return try unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = try unsafe file.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
    }
  }
}

func write(_ bytes: [UInt8], to path: FilePath) throws {
  let file = try FileDescriptor.open(
    path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
  _ = try file.closeAfter { try file.writeAll(bytes) }
}

/// What the tasks share: the images that none has taken, and when the first thumbnail was there.
struct Progress {
  var untaken: ArraySlice<FilePath>
  var first: Duration?
}

let clock = ContinuousClock()
let start = clock.now
let thumbnailer = Thumbnailer(threads: tasks)
let progress = Mutex(Progress(untaken: files[...]))

/// The next image, read.
func next() throws -> (path: FilePath, bytes: [UInt8])? {
  guard let path = progress.withLock({ $0.untaken.popFirst() }) else { return nil }
  return (path, try contents(of: path))
}

try await withThrowingTaskGroup(of: Void.self) { group in
  for _ in 0..<tasks {
    group.addTask { [options] in
      var made: (path: FilePath, bytes: [UInt8])?
      var image = try next()
      while let (path, bytes) = image {
        // Meanwhile the last thumbnail is written and the next image read, as the program does on other threads.
        async let thumbnail = thumbnailer.thumbnail(of: bytes, options)
        if let made { try write(made.bytes, to: out.appending(made.path.lastComponent?.string ?? "")) }
        image = try next()
        made = (path, try await thumbnail.bytes)
        progress.withLock { $0.first = $0.first ?? clock.now - start }
      }
      if let made { try write(made.bytes, to: out.appending(made.path.lastComponent?.string ?? "")) }
    }
  }
  try await group.waitForAll()
}
let time = clock.now - start
print("first thumbnail after \(progress.withLock { $0.first } ?? .zero)")
print("\(files.count) images in \(time): \(Double(files.count) / (time / .seconds(1))) images/s")
