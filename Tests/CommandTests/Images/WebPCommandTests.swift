import Foundation
import ImageCore
import TestSupport
import Testing

@Suite("WebP, which only some builds support")
struct WebPCommandTests {
  private let start = Array("RIFF".utf8) + [0x1A, 0, 0, 0] + Array("WEBPVP8L".utf8)

  @Test("Help, version and error messages match this build")
  func text() throws {
    let help = try Command.run(arguments: ["resize", "--help"], environment: ["COLUMNS": "400"]).output
    let all = try Command.run("--help").output + help + Command.run("--version").output
    #expect(all.contains("WebP") == WebPTrait.isOn && all.contains("libwebp") == WebPTrait.isOn)
    #expect(help.contains(WebPTrait.isOn ? "values: same, jpeg, png, webp, auto;" : "values: same, jpeg, png, auto;"))
    #expect(help.contains(WebPTrait.isOn ? "JPEG, WebP quality, 1 to 100" : "JPEG quality, 1 to 100"))
    let scratch = try ScratchFolder()
    let answer = try Command.run("resize", Command.dogs, "--out", scratch["out"], "--format", "webp")
    #expect(answer.status == (WebPTrait.isOn ? 0 : 64))
    #expect(scratch.files(below: "out") == (WebPTrait.isOn ? ["bello.webp", "luna.webp", "rex.webp"] : []))
  }

  @Test("An unsupported format is named, whatever the file's name", .enabled(if: !WebPTrait.isOn))
  func unsupported() throws {
    let scratch = try ScratchFolder()
    let others: [(name: String, file: String, start: [UInt8])] = [
      ("WebP", "a.webp", start), ("AVIF", "b.avif", Array("\0\0\0\u{1C}ftypavif".utf8)),
      ("HEIC", "c.jpg", Array("\0\0\0\u{18}ftypheic".utf8)), ("JPEG XL", "d.jxl", [0xFF, 0x0A, 0x12]),
      ("TIFF", "f.tif", Array("II*\0".utf8)),
    ]
    for other in others {
      let path = scratch.url.appending(path: other.file)
      try Data(other.start + [UInt8](repeating: 0, count: 40)).write(to: path)
      let answer = try Command.run("resize", path.path, "--out", scratch["out"])
      #expect(answer.status == 1)
      #expect(
        answer.error.contains(
          "decode: unsupported: \(other.name); this build reads \(ImageFormat.names("and")) [unsupported]\n"))
      #expect(answer.error.hasSuffix("  unsupported: convert it first\n"))
    }
  }

  @Test(
    "WebP files in a folder become WebP files in every mode, and other formats on request", .enabled(if: WebPTrait.isOn)
  )
  func folder() throws {
    let scratch = try ScratchFolder()
    #expect(try Command.run("resize", Command.dogs, "--out", scratch["in"], "--format", "webp").status == 0)
    for mode in ["serial", "threads", "processes"] {
      let answer = try Command.run(
        "resize", scratch["in"], "--out", scratch["out-\(mode)"], "--size", "90", "--mode", mode, "--no-journal")
      #expect(answer.status == 0, "\(answer.error)")
      #expect(scratch.files(below: "out-\(mode)") == ["bello.webp", "luna.webp", "rex.webp"])
      let (one, other) = (scratch["out-serial/rex.webp"], scratch["out-\(mode)/rex.webp"])
      #expect(try Data(contentsOf: URL(fileURLWithPath: one)) == Data(contentsOf: URL(fileURLWithPath: other)))
    }
    let jpeg = try Command.run(
      "resize", scratch["in"], "--out", scratch["jpeg"], "--format", "jpeg", "--report", scratch["run.html"])
    #expect(jpeg.status == 0)
    #expect(scratch.files(below: "jpeg").filter { $0.hasSuffix(".jpg") } == ["bello.jpg", "luna.jpg", "rex.jpg"])
    let info = try Command.run("info", scratch["in"])
    #expect(info.status == 0 && info.output.contains("webp") && info.output.contains("RGB"))
  }
}
