import Foundation
import Thumbnails

// Thumbnails of a folder's images by the library, from several tasks.
// usage: library-bench FOLDER SIZE TASKS OUT
// Prints the time of the first thumbnail and of all of them. The outputs go to OUT, as those of the program do.

let arguments = CommandLine.arguments
guard arguments.count == 5, let size = Int(arguments[2]), let tasks = Int(arguments[3]) else {
  print("usage: library-bench FOLDER SIZE TASKS OUT")
  exit(64)
}
let folder = URL(filePath: arguments[1])
let out = URL(filePath: arguments[4])
try FileManager.default.createDirectory(at: out, withIntermediateDirectories: true)
let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
var options = ThumbnailOptions(.box(size, size))
options.quality = 75

let first = try Data(contentsOf: folder.appending(path: names[0]))
let clock = ContinuousClock()
let begin = clock.now
let thumbnailer = Thumbnailer(threads: tasks)
let thumbnail = try await thumbnailer.thumbnail(of: [UInt8](first), options)
print("first: \(thumbnail.width)x\(thumbnail.height) after \(clock.now - begin)")

let start = clock.now
try await withThrowingTaskGroup(of: Void.self) { group in
  for task in 0..<tasks {
    group.addTask { [options] in
      for index in stride(from: task, to: names.count, by: tasks) {
        let image = [UInt8](try Data(contentsOf: folder.appending(path: names[index])))
        let thumbnail = try await thumbnailer.thumbnail(of: image, options)
        try Data(thumbnail.bytes).write(to: out.appending(path: names[index]))
      }
    }
  }
  try await group.waitForAll()
}
let time = clock.now - start
print("\(names.count) images in \(time): \(Double(names.count) / (time / .seconds(1))) images/s")
