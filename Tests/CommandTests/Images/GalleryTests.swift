import Foundation
import TestSupport
import Testing

@Suite("gallery")
struct GalleryTests {
  private func page(_ scratch: ScratchFolder, _ name: String = "page.html") -> String {
    String(decoding: scratch.bytes(name) ?? Data(), as: UTF8.self)
  }

  /// The values of an attribute of the cards, unescaped as by a browser.
  private func values(_ attribute: String, in page: String) -> [String] {
    page.components(separatedBy: " \(attribute)=\"").dropFirst().compactMap { part in
      part.split(separator: "\"", maxSplits: 1, omittingEmptySubsequences: false).first.map {
        $0.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(of: "&gt;", with: ">")
          .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&#39;", with: "'")
          .replacingOccurrences(of: "&amp;", with: "&")
      }
    }
  }

  @Test("The page of a folder contains a thumbnail of each image, and the path that resize reads")
  func folder() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/<i>&\"x'.jpg")
    try scratch.add("dogs/bello.png", as: "in/sub/bello.png")
    try scratch.add("dogs/luna.jpg", as: "in/two\nlines.jpg")
    try scratch.add("dogs/rex.jpg", as: "in/unseen\u{200B}.jpg")
    try scratch.add("dogs/rex.jpg", as: "in/v\u{7F}\u{9B}.jpg")
    try scratch.add("broken/truncated.jpg", as: "in/z.jpg")
    let answer = try Command.shell("imgbatch gallery in --out page.html --title '<My> dogs'", in: scratch)
    #expect(answer.status == 1 && answer.error.contains("in/z.jpg"), "\(answer.error)")
    let page = page(scratch)
    #expect(page.contains("<title>&lt;My&gt; dogs</title>") && !page.contains("<i>"))
    let lines = ["in/<i>&\"x'.jpg", "in/unseen\u{200B}.jpg", "in/sub/bello.png"]
    #expect(values("data-line", in: page).sorted() == lines.sorted())
    #expect(page.contains("<span class=\"name\">unseen\\u{200b}.jpg</span>"))
    #expect(page.contains("<span class=\"name\">bello.png</span><span class=\"folder\">in/sub</span>"))
    #expect(values("title", in: page).contains("in/sub/bello.png") && page.contains("data-full=\"in/sub/bello.png\""))
    let others = ["in/two\nlines.jpg", "in/v\u{7F}\u{9B}.jpg"].map { Data($0.utf8) }
    #expect(values("data-bytes", in: page).compactMap { Data(base64Encoded: $0) } == others)
    #expect(page.contains("1 image could not be shown.") && page.contains("<li>in/z.jpg</li>"))
    #expect(page.contains("1200 x 900, 133 kB"))
    let thumbnails = values("data-src", in: page)
    #expect(thumbnails.count == 5)
    for text in thumbnails {
      let jpeg = try #require(Data(base64Encoded: String(text.dropFirst("data:image/jpeg;base64,".count))))
      #expect(jpeg.starts(with: [0xFF, 0xD8, 0xFF]) && jpeg.suffix(2) == Data([0xFF, 0xD9]))
    }
    #expect(try Command.run("gallery", scratch["in/sub"], "--out", scratch["sub.html"]).status == 0)
  }

  @Test("The page loads nothing from elsewhere, and only its own script runs")
  func selfContained() throws {
    let scratch = try ScratchFolder()
    #expect(try Command.run("gallery", Command.dogs, "--out", scratch["page.html"]).status == 0)
    let page = page(scratch)
    #expect(page.contains("Content-Security-Policy\" content=\"default-src 'none';"))
    for word in ["http://", "https://", "<link", "@import", "onclick", "src=\"//"] {
      #expect(!page.contains(word), "\(word)")
    }
    #expect(page.components(separatedBy: "<script").count == 2)
    #expect(page.contains("role=\"listbox\"") && page.contains("aria-multiselectable=\"true\""))
  }

  @Test("The page of a list shows images at their addresses and keeps the fields of the list; invalid entries fail")
  func list() throws {
    let scratch = try ScratchFolder()
    let digest = String(repeating: "0a", count: 32)
    let plain = "http://a.example/x y.jpg\njavascript:alert(1)\nhttps://b.example/?a=1&b=\"2\"\n"
    let named = "url\tname\tsha256\nhttp://a.example/1\tone.jpg\t\(digest)\nhttp://a.example/2\t\t\n"
    let first = try Command.run(arguments: ["gallery", "-", "--out", scratch["page.html"]], input: Data(plain.utf8))
    #expect(first.status == 1 && first.error.contains("javascript:alert(1)"), "\(first.error)")
    #expect(values("data-line", in: page(scratch)) == ["http://a.example/x y.jpg", "https://b.example/?a=1&b=\"2\""])
    #expect(page(scratch).contains("<li>javascript:alert(1)</li>") && !page(scratch).contains("=\"javascript:"))
    let count = (scratch.bytes("page.html") ?? Data()).count
    #expect(first.error.contains("page.html: 2 images (\(count / 1000)."), "\(first.error)")
    #expect(page(scratch).contains("src=\"http://a.example/x%20y.jpg\" loading=\"lazy\""))
    let second = try Command.run(arguments: ["gallery", "-", "--out", scratch["b.html"]], input: Data(named.utf8))
    #expect(second.status == 0)
    let lines = values("data-line", in: page(scratch, "b.html"))
    #expect(lines.first == "{\"url\":\"http://a.example/1\",\"name\":\"one.jpg\",\"sha256\":\"\(digest)\"}")
    #expect(lines.last == "{\"url\":\"http://a.example/2\"}")
  }

  @Test("Addresses are shown decoded, with port and query, and kept in the list as they are")
  func addresses() throws {
    let scratch = try ScratchFolder()
    let list = [
      "http://a.example:8080/Meine%20Hunde/Ren%C3%A9.jpg?w=3&h=%41#top", "https://b.example/",
      "https://u:pw@c.example/%FF.jpg",
    ]
    let input = Data(list.map { $0 + "\n" }.joined().utf8)
    #expect(try Command.run(arguments: ["gallery", "-", "--out", scratch["page.html"]], input: input).status == 0)
    let page = page(scratch)
    for text in [
      "<span class=\"name\">René.jpg?w=3&amp;h=A</span><span class=\"folder\">a.example:8080/Meine Hunde</span>",
      "<span class=\"name\">b.example/</span><span class=\"folder\"></span>", "<span class=\"name\">%FF.jpg</span>",
    ] {
      #expect(page.contains(text), "\(text)")
    }
    #expect(!page.contains("u:pw"))
    #expect(values("data-line", in: page) == [list[0], list[1], "https://c.example/%FF.jpg"])
    #expect(values("title", in: page).last == "https://c.example/%FF.jpg")
  }

  @Test("Images of other formats are named, and the line on the terminal is about the page")
  func otherFormats() throws {
    let scratch = try ScratchFolder()
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    try Data("8BPS".utf8 + Array(repeating: 0, count: 20)).write(to: scratch.url.appending(path: "in/old.psd"))
    let answer = try Command.shell("imgbatch gallery in --out page.html", in: scratch)
    #expect(answer.status == 0 && !answer.error.contains("written"), "\(answer.error)")
    #expect(answer.error.contains("page.html: 1 image ("), "\(answer.error)")
    #expect(page(scratch).contains("<summary>1 image could not be shown.</summary><ul><li>in/old.psd: PSD</li></ul>"))
    #expect(try Command.shell("imgbatch gallery in --out page.html --quiet", in: scratch).error == "")
  }

  @Test("Exit statuses: 66 without inputs, 73 for an unwritable page")
  func statuses() throws {
    let scratch = try ScratchFolder()
    try FileManager.default.createDirectory(atPath: scratch["empty"], withIntermediateDirectories: true)
    #expect(try Command.run("gallery", scratch["empty"], "--out", scratch["page.html"]).status == 66)
    #expect(try Command.run("gallery", scratch["missing"], "--out", scratch["page.html"]).status == 66)
    #expect(try Command.run("gallery", "-", "--out", scratch["page.html"]).status == 66)
    #expect(try Command.run("gallery", Command.dogs, "--out", "/proc/page.html").status == 73)
  }

  @Test("Where TMPDIR is unusable it ends with status 73 and names it, creates no folder and writes no page")
  func scratchFolder() throws {
    let scratch = try ScratchFolder()
    try Data("x".utf8).write(to: scratch.url.appending(path: "file"))
    for folder in [scratch["missing"], scratch["missing/too"], scratch["file"], "/proc"] {
      for command in [["gallery", Command.dogs, "--out", scratch["page.html"]], ["compare", Command.dogs]] {
        let answer = try Command.run(arguments: command, environment: ["TMPDIR": folder])
        #expect(answer.status == 73, "\(command[0]) \(folder): \(answer.error)")
        #expect(answer.error.hasPrefix("Error: temporary files cannot be kept in \(folder) ("), "\(answer.error)")
        #expect(answer.error.contains("; set TMPDIR to"))
      }
    }
    #expect(scratch.files(below: "") == ["file"])
    #expect(!FileManager.default.fileExists(atPath: scratch["missing"]))
    // The folder can be created, but no thumbnail fits: the limit is one block of 1024 bytes.
    let full = try Command.shell(
      "ulimit -f 1; mkdir tmp; TMPDIR=tmp imgbatch gallery '\(Command.dogs)' --out page.html", in: scratch)
    #expect(full.status == 73 && full.error.contains("kept in tmp (") && full.error.contains("TMPDIR"), "\(full.error)")
    #expect(!full.error.contains("--resume") && scratch.files(below: "") == ["file"])
  }

  @Test("A page without images is not written, and an existing page stays")
  func emptyPage() throws {
    let scratch = try ScratchFolder()
    try scratch.add("broken/truncated.jpg", as: "in/z.jpg")
    let page = Data("an older page".utf8)
    try page.write(to: scratch.url.appending(path: "page.html"))
    for (source, input) in [(scratch["in"], ""), ("-", "javascript:alert(1)\n")] {
      let answer = try Command.run(
        arguments: ["gallery", source, "--out", scratch["page.html"]], input: Data(input.utf8))
      #expect(answer.status == 1 && answer.error.contains("no page was written"), "\(answer.error)")
      #expect(scratch.bytes("page.html") == page)
    }
  }

  @Test("Of a folder it takes --jobs, --max-memory and --timeout, and the page does not depend on the jobs")
  func limits() throws {
    let scratch = try ScratchFolder()
    for jobs in ["1", "3"] {
      let answer = try Command.run(
        "gallery", Command.dogs, "--out", scratch["\(jobs).html"], "--json", "--jobs", jobs, "--max-memory", "1G",
        "--timeout", "30")
      #expect(answer.status == 0, "\(answer.error)")
      let start = try #require(answer.events.first)
      #expect(start["mode"] as? String == "threads" && start["jobs"] as? Int == Int(jobs))
    }
    #expect(scratch.bytes("1.html") == scratch.bytes("3.html"))

    let late = try Command.run(
      "gallery", Command.dogs, "--out", scratch["page.html"], "--json", "--timeout", "0.000001")
    #expect(late.status == 1 && late.error.contains("no page was written"), "\(late.error)")
    for (name, event) in try late.files {
      #expect((event["error"] as? [String: Any])?["code"] as? String == "timeout", "\(name)")
    }
    #expect(try late.files.count == 3)

    try scratch.add("broken/lying-header.png", as: "in/lying.png")
    try scratch.add("dogs/rex.jpg", as: "in/rex.jpg")
    let large = try Command.run(
      "gallery", scratch["in"], "--out", scratch["page.html"], "--json", "--max-memory", "200M")
    #expect(large.status == 1, "\(large.error)")
    #expect(page(scratch).contains("1 image could not be shown."))

    for wrong in [["--jobs", "0"], ["--jobs", "1025"], ["--timeout=-1"], ["--max-memory", "much"]] {
      let answer = try Command.run(arguments: ["gallery", Command.dogs, "--out", scratch["page.html"]] + wrong)
      #expect(answer.status == 64, "\(wrong)")
    }
  }
}
