import Foundation
import TestSupport
import Testing

@Suite("Command lines of people who know other tools")
struct UsageTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "dogs/rex.jpg")
    try scratch.add("dogs/bello.png", as: "dogs/bello.png")
  }

  @Test(
    "A rejected command line says what was typed and what to type",
    arguments: [
      ("resize dogs -o x --output y", "unknown option '--output'; use --out."),
      ("resize dogs --output y", "unknown option '--output'; use --out."),
      ("resize dogs --out x --width 400", "unknown option '--width'; use --size 400x for a width of 400."),
      ("resize dogs --out x --height=3", "unknown option '--height'; use --size x300 for a height of 300."),
      ("resize dogs --out x --threads 4", "unknown option '--threads'; use --jobs."),
      ("resize dogs --out x --thumbnail 64", "unknown option '--thumbnail'; use --size."),
      ("resize dogs --out x --geometry 64", "unknown option '--geometry'; use --size."),
      ("resize dogs --out x --resize 64", "unknown option '--resize'; use --size."),
      ("resize dogs --out x --strip", "metadata is dropped by default"),
      ("resize dogs --out x --recursive", "folders are walked by default"),
      ("resize dogs --out x --qualty 3", "unknown option '--qualty'. Did you mean '--quality'?"),
      ("resize dogs --out x --frobnicate", "unknown option '--frobnicate'."),
      ("merge dogs --output x", "unknown option '--output'."),
      ("rezise dogs", "'rezise' is not a command. Did you mean 'resize'?"),
      ("frobnicate", "'frobnicate' is not a command. The commands are resize,"),
      ("dogs --out x", "'dogs' is not a command. To make thumbnails: imgbatch resize dogs --out x"),
      ("dogs", "'dogs' is not a command. To make thumbnails: imgbatch resize dogs --out thumbs"),
      (
        "resize -- dogs --out x",
        "missing option '--out'. After '--' all arguments are inputs, '--out' too: put options before it."
      ),
      ("resize dogs", "missing option '--out', which says where to write, as in: imgbatch resize dogs --out thumbs"),
      ("resize dogs thumbs", "If 'thumbs' is the output: imgbatch resize dogs --out thumbs"),
      ("resize dogs 'a b'", "If 'a b' is the output: imgbatch resize dogs --out 'a b'"),
      ("resize dogs --out x --format heic", "--format heic is not possible; this build writes JPEG, PNG"),
      ("resize dogs --out x --size 100x100^ --fit cover", "--size 100x100^ sets --fit; omit one of them."),
      ("resize dogs --out x --size '100x100>' --upscale", "only shrinks and cannot be used with --upscale."),
      ("resize dogs --out x --size 100x --size 200x^", "need different --fit options; use one run for each."),
      ("resize dogs --out x --timeout 5x", "Times are as in 60, 5s, 500ms, 2m or 1h"),
      ("resize dogs --out x --max-memory 1Q", "Byte counts are as in 4096, 64K, 512MiB or 2GB"),
      ("resize dogs --out x --lossless --max-output-bytes 9K", "--lossless has none; omit one of them."),
      ("resize dogs/rex.jpg --out x.gif", "x.gif is the name of a GIF, which is only read; imgbatch writes JPEG, PNG"),
      ("resize dogs --out x --max-pixels 0", "Pixel counts are 1 or more"),
      ("resize dogs --out x --background nocolor", "Colors are #rgb, #rrggbb, a CSS color name"),
      ("resize dogs --out x --exclude /", "--exclude needs a pattern"),
      ("resize dogs --out x --fail-on damage --fail-on never", "only unreadable can be added"),
      ("fetch dogs http://dogs.example/a.jpg --out x", "dogs is not an address; give either addresses or one list."),
    ])
  func hint(line: String, message: String) throws {
    let answer = try Command.shell("imgbatch \(line)", in: scratch)
    #expect(answer.status == 64, "\(answer.error)")
    #expect(answer.error.hasPrefix("Error: "))
    #expect(answer.error.contains(message), "\(answer.error)")
    #expect(answer.output.isEmpty)
    #expect(scratch.files(below: ".") == ["dogs/bello.png", "dogs/rex.jpg"])
  }

  @Test("-h fits a screen, names --help and is a result; every option in it exists")
  func shortHelp() throws {
    for command in ["", "resize", "grayscale", "fetch", "gallery", "compare", "profile", "info", "merge"] {
      let answer = try Command.run(arguments: (command.isEmpty ? [] : [command]) + ["-h"])
      #expect(answer.status == 0)
      #expect(answer.error.isEmpty)
      let lines = answer.output.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count <= 40, "\(command): \(lines.count)")
      #expect(lines.allSatisfy { $0.count <= 80 }, "\(command)")
      #expect(answer.output.contains("--help"))
      let long = try Command.run(arguments: (command.isEmpty ? [] : [command]) + ["--help"]).output
      let options = answer.output.split { " ,\n".contains($0) }.filter { $0.hasPrefix("--") && $0 != "--help" }
      for option in options { #expect(long.contains(option), "\(command): \(option)") }
    }
  }

  @Test(
    "Short options and other spellings mean the same",
    arguments: [
      ("-o out -s 64", "--out out --size 64"), ("-o out -f jpg", "--out out --format jpeg"),
      ("-o out -j 2 --size 40X30", "--out out --jobs 2 --size 40x30"),
      ("-o out -s 40x40^", "--out out --size 40x40 --fit outside --upscale"),
      ("-o out -s 40x40!", "--out out --size 40x40 --fit fill --upscale"),
      ("-o out -s 40x40^>", "--out out --size 40x40 --fit outside"), ("-o out -s '40x40>'", "--out out --size 40x40"),
      ("-o out -s 40 --fit cover --gravity centre", "--out out --size 40 --fit cover --gravity center"),
      (
        "-o out -s 50x80 --fit contain -f jpg --background '#abc'",
        "--out out --size 50x80 --fit contain --format jpeg --background '#aabbcc'"
      ),
      (
        "-o out -s 50x80 --fit contain -f jpg --background LightGray",
        "--out out --size 50x80 --fit contain --format jpeg --background '#d3d3d3'"
      ),
      ("-o out -s 50x80 --fit contain --background transparent", "--out out --size 50x80 --fit contain"),
      (
        "-o out --max-pixels 300M --max-file-bytes 1GB --timeout 2m",
        "--out out --max-pixels 300000000 --max-file-bytes 1000000000 --timeout 120"
      ),
    ])
  func spelling(short: String, long: String) throws {
    let quoted = short.replacingOccurrences(of: "!", with: "\\!").replacingOccurrences(of: "^>", with: "'^>'")
    let answer = try Command.shell("imgbatch resize dogs \(quoted) -q --no-journal", in: scratch)
    #expect(answer.status == 0, "\(answer.error)")
    let first = scratch.files(below: "out").map { ($0, scratch.bytes("out/" + $0)) }
    try scratch.remove("out")
    #expect(try Command.shell("imgbatch resize dogs \(long) -q --no-journal", in: scratch).status == 0)
    #expect(scratch.files(below: "out") == first.map(\.0))
    for (name, bytes) in first { #expect(bytes == scratch.bytes("out/" + name), "\(name)") }
  }

  @Test("-n writes nothing and shows the plan")
  func dryRun() throws {
    let answer = try Command.shell("imgbatch resize dogs -o out -n", in: scratch)
    #expect(answer.status == 0)
    #expect(answer.output.contains("dogs/rex.jpg -> out/rex.jpg: "))
    #expect(scratch.files(below: ".") == ["dogs/bello.png", "dogs/rex.jpg"])
  }

  @Test("A limit with a unit applies")
  func limits() throws {
    let bytes = try Command.shell("imgbatch resize dogs -o out --max-file-bytes 1KB", in: scratch)
    #expect(bytes.status == 1)
    #expect(bytes.error.contains("the limit is 1000"))
    let pixels = try Command.shell("imgbatch resize dogs -o out --max-pixels 0.01M", in: scratch)
    #expect(pixels.status == 1)
    #expect(pixels.error.contains("the limit of 10000"))
  }
}
