import Foundation
import TestSupport
import Testing

/// Uses exFAT through FUSE, a case-insensitive file system. Needs root and the packages exfat-fuse and exfatprogs.
@Suite(
  "File systems that treat two spellings as one name", .serialized,
  .enabled(if: ExFAT.isThere, "skipped: \(ExFAT.needs)"))
struct FoldingTests {
  private let disk: ExFAT
  private var scratch: ScratchFolder { disk.scratch }

  init() throws {
    disk = try ExFAT()
    for (name, sample) in [("IMG.jpg", "rex.jpg"), ("img.jpg", "luna.jpg"), ("other.jpg", "rex.jpg")] {
      try scratch.add("dogs/\(sample)", as: "in/\(name)")
    }
  }

  @Test("Inputs whose outputs would be one file are found before any work", arguments: ["threads", "processes"])
  func planned(mode: String) throws {
    let answer = try Command.shell("imgbatch resize in --out disk/o --mode \(mode)", in: scratch)
    #expect(answer.status == 64)
    let text =
      "  in/IMG.jpg and in/img.jpg would become disk/o/IMG.jpg and disk/o/img.jpg, which are one name on that file system\n"
    #expect(answer.error.hasSuffix(text), "\(answer.error)")
    #expect(scratch.files(below: "disk") == [])
    // Folders, accents, and a file that another output needs as a folder.
    for (one, other) in [("A/x.jpg", "a/x.jpg"), ("\u{E9}.jpg", "\u{C9}.jpg"), ("up.jpg", "UP.jpg/x.jpg")] {
      for name in [one, other] { try scratch.add("dogs/rex.jpg", as: "pair/\(name)") }
      let answer = try Command.shell("imgbatch resize pair --out disk/o --mode \(mode)", in: scratch)
      #expect(answer.status == 64, "\(one): \(answer.error)")
      try scratch.remove("pair")
    }
    #expect(try Command.shell("imgbatch resize in --out plain --mode \(mode)", in: scratch).status == 0)
    #expect(scratch.files(below: "plain").count == 3)
    #expect(
      try Command.shell("rm in/img.jpg && imgbatch resize in --out disk/o --mode \(mode)", in: scratch).status == 0)
    #expect(scratch.files(below: "disk/o").filter { !$0.hasPrefix(".") } == ["IMG.jpg", "other.jpg"])
  }

  @Test("In a streamed list the second one fails, and the message names the first")
  func streamed() throws {
    let answer = try Command.shell(
      "printf 'in/IMG.jpg\\nin/img.jpg\\nin/other.jpg\\n' | imgbatch resize --files-from - --out disk/o --jobs 1",
      in: scratch)
    #expect(answer.status == 1 && answer.error.contains("the same output name as in/IMG.jpg"), "\(answer.error)")
    #expect(scratch.files(below: "disk/o").filter { $0.hasSuffix(".jpg") } == ["in/IMG.jpg", "in/other.jpg"])
    let hidden = try Command.shell("find disk -name '.imgbatch-names-*'", in: scratch)
    #expect(hidden.output == "", "what the file system was asked with is gone")
  }

  @Test("A source under another spelling is not overwritten")
  func sources() throws {
    try scratch.add("dogs/rex.jpg", as: "disk/in/A.JPG")
    let source = scratch.bytes("disk/in/A.JPG")
    for line in [
      "resize disk/in --out disk/in --name '{stem}.jpg'", "resize disk/in --out disk/in --name '{stem}.JPG'",
      "resize disk/in --out disk/o --failed-to disk/in/a.jpg", "gallery disk/in --out disk/in/a.jpg",
    ] {
      let answer = try Command.shell("imgbatch \(line)", in: scratch)
      #expect(answer.status == 64, "\(line): \(answer.error)")
      #expect(scratch.bytes("disk/in/A.JPG") == source, "\(line)")
    }
    let answer = try Command.shell(
      "cd disk/in && echo A.JPG | imgbatch resize --files-from - --out . --name '{stem}.jpg'", in: scratch)
    #expect(answer.status == 1, "\(answer.error)")
    #expect(scratch.bytes("disk/in/A.JPG") == source)
  }
}

/// An exFAT image, mounted at `disk` in a folder and removed by `deinit`.
final class ExFAT {
  let scratch: ScratchFolder

  static let needs = "needs root, /dev/fuse, exfat-fuse and exfatprogs"
  static let isThere: Bool =
    geteuid() == 0 && FileManager.default.fileExists(atPath: "/dev/fuse")
    && ["/usr/sbin/mkfs.exfat", "/usr/sbin/mount.exfat-fuse"].allSatisfy {
      FileManager.default.isExecutableFile(atPath: $0)
    }

  init() throws {
    scratch = try ScratchFolder()
    // Foundation waits for all processes that hold a descriptor inherited from the child, and the file system daemon keeps
    // running.
    let line = """
      mkdir disk && truncate -s 32M image && mkfs.exfat image >/dev/null &&
      loop=$(losetup -f --show image) && echo "$loop" >loop &&
      (for number in $(ls /proc/$BASHPID/fd); do [ "$number" -gt 2 ] && eval "exec $number>&-"; done
        mount.exfat-fuse "$loop" disk) </dev/null >/dev/null 2>&1
      for turn in $(seq 500); do mountpoint -q disk && exit 0; done; exit 1
      """
    let answer = try Command.shell(line, in: scratch)
    guard answer.status == 0 else { throw Failure(text: answer.error) }
  }

  deinit { _ = try? Command.shell("umount disk; losetup -d $(cat loop)", in: scratch) }

  struct Failure: Error { let text: String }
}
