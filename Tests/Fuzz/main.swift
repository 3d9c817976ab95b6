// Seeded mutation of images through the whole pipeline: bytes, header, decoding, resampling, encoding.
//
//   decode-fuzz run SECONDS SEED FOLDER SAMPLE...    damage and decode until the time is over
//   decode-fuzz try FILE...                          try files with every set of options
//   decode-fuzz write COUNT SEED FOLDER SAMPLE...    write COUNT damaged files of each sample
//
// `run` keeps the current file as FOLDER/current, with the suffix of its sample. If a sanitizer, a trap or the alarm after ten seconds ends the
// process, this file caused it. `Tests/Fuzz/fuzz.sh` gives it a permanent name.

import BatchEngine
import DecoderTrials
import Foundation
import ImageCodecs
import ImageCore
import ImageErrors
import RunState
import SystemPackage
import Thumbnailing

let arguments = Array(CommandLine.arguments.dropFirst())

func complain(_ text: String) -> Never {
  FileHandle.standardError.write(Data("decode-fuzz: \(text)\n".utf8))
  exit(1)
}

func bytes(_ path: String) -> [UInt8] {
  guard let data = FileManager.default.contents(atPath: path) else { complain("\(path) cannot be read") }
  return [UInt8](data)
}

/// The outcome as a text that is the same in every run.
func text(_ outcome: Outcome) -> String {
  switch outcome {
  case .written(let image): "written \(image.outputSize.width)x\(image.outputSize.height)"
  case .skipped: "skipped"
  case .failed(let error): error.code.rawValue
  }
}

/// Together they have every denominator, content and output.
func optionSets() -> [(JobRunner, ImageFormat)] {
  var all: [(JobRunner, ImageFormat)] = []
  for (position, shrink) in [ShrinkRule.off, .safe, .fast, .fast, .fast].enumerated() {
    for color in [ColorRequest.asSource, .gray] {
      for format in [ImageFormat.jpeg, .png] {
        var options = ThumbnailOptions()
        // A damaged image is made into a thumbnail nevertheless, because that is where bugs show.
        options.tolerance = .nothingFails
        options.limits.pixelCount = 1 << 22
        options.shrink = shrink
        options.color = color
        options.size =
          [.box(width: 300, height: 200), .box(width: 64, height: 64), .width(31), .height(150), .percent(13)][
            position]
        options.jpeg.subsampling = [.auto, .none, .halfWidth, .half, .auto][position]
        all.append((JobRunner(options: options, threadsPerImage: 1 + position % 2), format))
      }
    }
  }
  return all
}

func attempt(_ path: String, _ options: (JobRunner, ImageFormat), output: String) -> String {
  alarm(10)
  let job = Job(index: 0, source: FilePath(path), output: FilePath(output), format: options.1, sourceByteCount: 0)
  guard let outcome = options.0.outcome(of: job) else { complain("\(path): not begun") }
  alarm(0)
  if case .failed(let error) = outcome, error.code == .internal || error.code == .write {
    complain("\(path): \(error.code.rawValue): \(error.message)")
  }
  return text(outcome)
}

func write(_ bytes: [UInt8], to path: String) {
  guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
    complain("\(path) cannot be written")
  }
}

switch arguments.first {
case "run" where arguments.count > 4:
  guard let seconds = Double(arguments[1]), let seed = UInt64(arguments[2]) else {
    complain("run SECONDS SEED FOLDER SAMPLE...")
  }
  let samples = arguments[4...].map(bytes)
  let optionSets = optionSets()
  let clock = ContinuousClock()
  let end = clock.now + .seconds(seconds)
  var (count, statistics) = (0, [String: Int]())
  print("decode-fuzz: seed \(seed), \(samples.count) samples, \(seconds) s")
  while clock.now < end {
    // Each file has its own seed: one number and the sample identify it.
    let sample = samples[count % samples.count]
    let suffix = URL(fileURLWithPath: arguments[4 + count % samples.count]).pathExtension
    var mutator = Mutator(seed: seed &+ UInt64(count), samples: samples)
    let path = arguments[3] + "/current." + suffix
    write(mutator.mutated(sample), to: path)
    let verdict = attempt(
      path, optionSets[(count / samples.count) % optionSets.count], output: arguments[3] + "/output")
    statistics[verdict.hasPrefix("written") ? "written" : verdict, default: 0] += 1
    count += 1
  }
  print(
    "decode-fuzz: \(count) files without a crash: \(statistics.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))"
  )

case "try" where arguments.count > 1:
  let optionSets = optionSets()
  let output = NSTemporaryDirectory() + "decode-fuzz-\(getpid())"
  for path in arguments[1...] {
    print("\(path): " + Set(optionSets.map { attempt(path, $0, output: output) }).sorted().joined(separator: ", "))
  }
  try? FileManager.default.removeItem(atPath: output)

case "write" where arguments.count > 4:
  guard let count = Int(arguments[1]), let seed = UInt64(arguments[2]) else {
    complain("write COUNT SEED FOLDER SAMPLE...")
  }
  let samples = arguments[4...].map(bytes)
  for (position, path) in arguments[4...].enumerated() {
    let url = URL(fileURLWithPath: path)
    for number in 0..<count {
      var mutator = Mutator(seed: seed &+ UInt64(position * count + number), samples: samples)
      let name = "\(url.deletingPathExtension().lastPathComponent)-\(url.pathExtension)-\(number).\(url.pathExtension)"
      write(mutator.mutated(samples[position]), to: arguments[3] + "/" + name)
    }
  }

default: complain("run SECONDS SEED FOLDER SAMPLE..., try FILE..., or write COUNT SEED FOLDER SAMPLE...")
}
