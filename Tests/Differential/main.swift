import DecoderTrials
import Foundation
// Decodes JPEGs twice, with JPEGDecoding and with libjpeg, and compares the results.
//
//   jpeg-differential compare PATH...                 every file at 1/8, 1/4 and 1/2, in color and gray
//   jpeg-differential mutate SECONDS SEED PATH...     the same for damaged copies, until the time is over
//   jpeg-differential time ROUNDS PATH...             both in turn: the totals of each file's minimum times, their ratio
//   jpeg-differential encode COUNT SEED               encodes random images with JPEGEncoding and with libjpeg
//
// Exits with 1 if a file that JPEGDecoding accepts differs, or one that JPEGEncoding writes. `mutate` leaves such a file in the
// current folder.
import JPEGDecoding

func complain(_ text: String) -> Never {
  FileHandle.standardError.write(Data("jpeg-differential: \(text)\n".utf8))
  exit(2)
}

func bytes(_ path: String) -> [UInt8] {
  guard let data = FileManager.default.contents(atPath: path) else { complain("\(path) cannot be read") }
  return [UInt8](data)
}

/// The files below the paths that have the signature of a JPEG.
func files(_ paths: ArraySlice<String>) -> [String] {
  let all = paths.flatMap { path -> [String] in
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      complain("\(path) is not there")
    }
    guard isFolder.boolValue, let tree = FileManager.default.enumerator(atPath: path) else { return [path] }
    return tree.compactMap { ($0 as? String).map { path + "/" + $0 } }.sorted()
  }
  return all.filter { (try? FileHandle(forReadingAtPath: $0)?.read(upToCount: 2)) == Data([0xFF, 0xD8]) }
}

let arguments = Array(CommandLine.arguments.dropFirst())
switch arguments.first {
case "compare" where arguments.count > 1:
  exit(compare(files(arguments[1...])))
case "mutate" where arguments.count > 3:
  guard let seconds = Double(arguments[1]), let seed = UInt64(arguments[2]) else {
    complain("mutate SECONDS SEED PATH...")
  }
  exit(mutate(files(arguments[3...]).map(bytes), seconds: seconds, seed: seed))
case "time" where arguments.count > 2:
  guard let rounds = Int(arguments[1]), rounds > 0 else { complain("time ROUNDS PATH...") }
  time(files(arguments[2...]), rounds: rounds)
case "encode" where arguments.count == 3:
  guard let count = Int(arguments[1]), let seed = UInt64(arguments[2]) else { complain("encode COUNT SEED") }
  exit(try encode(count, seed: seed))
default: complain("compare PATH..., mutate SECONDS SEED PATH..., time ROUNDS PATH..., or encode COUNT SEED")
}
