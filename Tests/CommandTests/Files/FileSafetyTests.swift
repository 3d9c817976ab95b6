import Foundation
import TestSupport
import Testing

/// Files in an output folder lead no output out of it, and outputs are not more readable than their sources.
@Suite("Links, other file types and permissions in the output folder")
struct FileSafetyTests {
  private let scratch: ScratchFolder

  init() throws {
    scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/a.jpg")
    try scratch.add("dogs/rex.jpg", as: "in/sub/b.jpg")
  }

  private func shell(_ line: String) throws -> Response { try Command.shell(line, in: scratch) }

  /// The mode bits of a file, as in `chmod`.
  private func bits(_ name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: scratch[name])
    return try #require(attributes[.posixPermissions] as? Int) & 0o7777
  }

  // MARK: - Links

  @Test(
    "A link below the output folder fails its images, and nothing beyond it is written, created, removed or counted",
    arguments: Command.modes, ["overwrite", "update --durable", "skip", "fail"])
  func linkBeneath(mode: String, existing: String) throws {
    let temporary = ".imgbatch-999999999-1.tmp"
    let made = try shell(
      "mkdir -p out elsewhere && ln -s ../elsewhere out/sub && cp in/a.jpg elsewhere/b.jpg && touch elsewhere/\(temporary)"
    )
    #expect(made.status == 0, "\(made.error)")
    let answer = try shell("imgbatch resize in --out out --json --mode \(mode) --existing \(existing)")
    #expect(answer.status == 1, "\(answer.error)")
    let files = try answer.files
    #expect(files["a.jpg"]?["status"] as? String == "written")
    let error = try #require(files["b.jpg"]?["error"] as? [String: Any])
    #expect(error["code"] as? String == "write" && error["stage"] as? String == "write")
    #expect((error["message"] as? String)?.contains("a symbolic link is on its way") == true, "\(error)")
    #expect(scratch.files(below: "elsewhere") == [temporary, "b.jpg"].sorted())
    #expect(scratch.bytes("elsewhere/b.jpg") == scratch.bytes("in/a.jpg"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch["out/sub"]) == "../elsewhere")
  }

  @Test(
    "The output folder itself may be a link, and a link with the name of an output is replaced",
    arguments: Command.modes
  )
  func linkToFolder(mode: String) throws {
    let line = "mkdir real && ln -s real out && ln -s ../in/a.jpg real/a.jpg && cp in/a.jpg before"
    #expect(try shell(line).status == 0)
    // A link to a source makes the output the source itself.
    let refused = try shell("imgbatch resize in --out out --mode \(mode)")
    #expect(refused.status == 64 && refused.error.contains("some outputs would overwrite inputs"), "\(refused.error)")
    let answer = try shell("ln -sf ../before real/a.jpg && imgbatch resize in --out out --mode \(mode)")
    #expect(answer.status == 0, "\(answer.error)")
    #expect(scratch.files(below: "real") == ["a.jpg", "sub/b.jpg"])
    #expect(
      scratch.bytes("before") == scratch.bytes("in/a.jpg") && scratch.bytes("real/a.jpg") != scratch.bytes("before"))
  }

  @Test(
    "Only a regular file with one name can be a journal, lock or event file; otherwise 73, the path and advice",
    arguments: ["lock", "journal", "events.1-of-1"], ["link", "dangling link", "second name", "pipe"])
  func records(name: String, kind: String) throws {
    let path = "out/.imgbatch-\(name)"
    let make =
      switch kind {
      case "link": "ln -s ../precious \(path)"
      case "dangling link": "ln -s ../made \(path)"
      case "second name": "ln precious \(path)"
      default: "mkfifo \(path)"
      }
    #expect(try shell("mkdir out && echo precious > precious && \(make)").status == 0)
    let options = name.hasPrefix("events") ? "--shard 1/1" : ""
    let answer = try shell("timeout 60 imgbatch resize in --out out \(options)")
    #expect(answer.status == 73, "\(answer.status) \(answer.error)")
    #expect(answer.error.contains(path) && answer.error.contains("remove it"), "\(answer.error)")
    let text = ["second name": "2 names (hard links)", "pipe": "a named pipe (FIFO)"][kind] ?? "a symbolic link"
    #expect(answer.error.contains(text), "\(answer.error)")
    #expect(scratch.bytes("precious") == Data("precious\n".utf8) && scratch.bytes("made") == nil)
    // No image was started.
    #expect(scratch.bytes("out/a.jpg") == nil)
  }

  @Test("The list of failures is a file with one name, or a descriptor with a path")
  func failedList() throws {
    #expect(try shell("echo precious > precious; ln -s precious link; ln precious hard; mkfifo pipe").status == 0)
    for (name, text) in [("link", "a symbolic link"), ("hard", "2 names"), ("pipe", "a named pipe")] {
      let answer = try shell("timeout 60 imgbatch resize in missing.jpg --out out --failed-to \(name)")
      #expect(answer.status == 73 && answer.error.contains("--failed-to \(name)"), "\(answer.status) \(answer.error)")
      #expect(answer.error.contains(text), "\(answer.error)")
      #expect(scratch.bytes("precious") == Data("precious\n".utf8))
    }
    let piped = try shell("imgbatch resize in missing.jpg --out out --quiet --failed-to /dev/stdout | cat")
    #expect(piped.output == "missing.jpg\n", "\(piped.error)")
    let other = try shell("imgbatch resize in missing.jpg --out out --quiet --failed-to >(cat > got); wait $!; cat got")
    #expect(other.output == "missing.jpg\n", "\(other.error)")
  }

  @Test("A page replaces only a regular file")
  func pages() throws {
    #expect(try shell("echo precious > precious; ln -s precious link.html; mkfifo pipe.html").status == 0)
    for name in ["link.html", "pipe.html"] {
      for line in ["resize in --out out --report \(name)", "gallery in --out \(name)"] {
        let answer = try shell("timeout 60 imgbatch \(line)")
        #expect(answer.status == 73 && answer.error.contains("the page \(name) cannot be written"), "\(answer.error)")
      }
    }
    #expect(scratch.bytes("precious") == Data("precious\n".utf8))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch["link.html"]) == "precious")
  }

  // MARK: - Permissions

  @Test("An output has the permissions of its source, less the umask, in every size", arguments: Command.modes)
  func permissions(mode: String) throws {
    let bits = ["600", "640", "644", "444", "400", "666", "755"]
    for name in bits { try scratch.add("dogs/rex.jpg", as: "p/\(name).jpg") }
    for name in bits { #expect(try shell("chmod \(name) p/\(name).jpg").status == 0) }
    let expected = [
      "022": ["600", "640", "644", "644", "600", "644", "644"],
      "000": ["600", "640", "644", "644", "600", "666", "644"],
      "077": ["600", "600", "600", "600", "600", "600", "600"],
    ]
    for (umask, results) in expected {
      let answer = try shell(
        "umask \(umask) && imgbatch resize p --out out-\(umask) --size 20 --size 30 --mode \(mode) && cd out-\(umask) && "
          + "stat -c %a \(bits.flatMap { ["\($0)-20.jpg", "\($0)-30.jpg"] }.joined(separator: " "))")
      #expect(answer.output.split(separator: "\n").map(String.init) == results.flatMap { [$0, $0] }, "\(answer.error)")
    }
  }

  @Test(
    "A group other than the source's gets only the permissions of all others",
    .enabled(if: getuid() == 0, "changing groups needs root"),
    arguments: Command.modes)
  func groups(mode: String) throws {
    let answer = try shell(
      "chmod 640 in/a.jpg && chgrp 12345 in/a.jpg && chmod 664 in/sub/b.jpg && chgrp 12345 in/sub/b.jpg && umask 002 && "
        + "imgbatch resize in --out out --mode \(mode) && stat -c %a out/a.jpg out/sub/b.jpg")
    #expect(answer.output == "600\n644\n", "\(answer.error)")
  }

  @Test("A page with previews has the permissions that all images in it share")
  func pagePermissions() throws {
    let answer = try shell(
      "umask 022 && chmod 644 in/a.jpg in/sub/b.jpg && imgbatch gallery in --out open.html && "
        + "imgbatch resize in --out out --report open-report.html && chmod 600 in/a.jpg && "
        + "imgbatch gallery in --out closed.html && imgbatch resize in --out out --report closed-report.html && "
        + "stat -c '%a' open.html open-report.html closed.html closed-report.html")
    #expect(answer.output == "644\n644\n600\n600\n", "\(answer.error)")
  }

  @Test("A rewritten journal keeps its permissions")
  func compactedJournal() throws {
    let journal = scratch["out/.imgbatch-journal"]
    #expect(try shell("imgbatch resize in --out out").status == 0)
    // An older version, which is rewritten.
    try Data("imgbatch-journal\t1\n".utf8).write(to: URL(fileURLWithPath: journal))
    let answer = try shell("umask 022; chmod 600 out/.imgbatch-journal && imgbatch resize in --out out --resume")
    #expect(answer.status == 0, "\(answer.error)")
    #expect(String(decoding: scratch.bytes("out/.imgbatch-journal") ?? Data(), as: UTF8.self).contains("\tsize="))
    #expect(try bits("out/.imgbatch-journal") == 0o600)
  }

  @Test(
    "A folder without write permission is reported before any work",
    .enabled(if: getuid() != 0, "root may write everywhere"))
  func readOnlyFolder() throws {
    let answer = try shell("mkdir out && chmod 500 out && imgbatch resize in --out out; s=$?; chmod 700 out; exit $s")
    #expect(answer.status == 73 && answer.error.contains("EACCES"), "\(answer.error)")
    let beneath = try shell(
      "mkdir -p out/sub && chmod 500 out/sub && imgbatch resize in --out out; s=$?; chmod 700 out/sub; exit $s")
    #expect(beneath.status == 1 && beneath.error.contains("b.jpg: write: EACCES"), "\(beneath.error)")
  }
}
