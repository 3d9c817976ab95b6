import Foundation
import ImageErrors
import Reporting
import RunState
import SystemPackage
import SystemSupport
import Testing
import TextFormatting

@testable import ImageCore

@Suite struct RunPageTests {
  private func page(
    _ outcomes: [(Job, Outcome)], inputs: Int? = nil, omitted: OmittedInputs = OmittedInputs(),
    _ header: RunPage.PageHeader = .init(facts: [], isInterrupted: false), at path: FilePath = "/tmp/pages/run.html"
  ) -> String {
    let record = RunPageData()
    var statistics = RunStatistics()
    for (job, outcome) in outcomes {
      record.observe(job, outcome)
      statistics.add(outcome)
    }
    let summary = RunSummary(
      statistics: statistics, inputs: inputs ?? outcomes.count, omitted: omitted, wallTime: .seconds(2),
      usage: ResourceUsage(cpuTime: .seconds(3), peakByteCount: 50_000_000))
    return RunPage(record, summary, header, page: path, advice: \.rawValue).document.html
  }

  private func job(_ index: Int, _ name: String, out: String = "/tmp/thumbs/") -> Job {
    Job(
      index: index, source: FilePath("/in").appending(name), output: FilePath(out).appending(name), format: .jpeg,
      sourceByteCount: 1)
  }

  private func written(_ milliseconds: Int, bytes: Int = 9000) -> Outcome {
    var image = EventsTests.image
    image.times[.decode] = .milliseconds(milliseconds)
    image.outputs[0].byteCount = bytes
    return .written(image)
  }

  @Test func `a name is escaped wherever it appears`() {
    let name = "<script>alert(1)</script>\"'&.jpg"
    var warned = EventsTests.image
    warned.warningCount = 2
    warned.firstWarning = "<b>odd</b>"
    let error = JobError(stage: .decode, code: .corrupt, message: "<i>bad</i>")
    let html = page([
      (job(0, name), .written(warned)), (job(1, name), .failed(error)), (job(2, name), .skipped(.exists)),
    ])
    #expect(!html.contains("<script") && !html.contains("<b>odd") && !html.contains("<i>bad"))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;.jpg"))
    #expect(html.contains("&lt;i&gt;bad&lt;/i&gt;") && html.contains("&lt;b&gt;odd&lt;/b&gt; (and 1 more)"))
    #expect(html.contains(#"href="../thumbs/%3Cscript%3Ealert%281%29%3C/script%3E%22%27%26.jpg""#))
    #expect(html.contains("1 written, 1 skipped, 1 failed"))
  }

  @Test func `failures are listed with stage, reason and code, and counted`() {
    let error = JobError(stage: .decode, code: .truncated, message: "ends early", hint: .fetchAgain)
    let html = page((0..<700).map { (job($0, "\($0).jpg"), .failed(error)) })
    #expect(html.contains("<td>/in/0.jpg</td><td>decode</td><td>ends early; fetch-again</td><td>truncated</td>"))
    #expect(html.contains("truncated 700") && html.contains("And 200 more; list-failures."))
  }

  @Test func `the slowest come first, in any order of completion`() {
    let times = [5, 900, 30, 2, 400] + Array(repeating: 1, count: 60)
    let html = page(times.enumerated().map { (job($0.offset, "p\($0.offset).jpg"), written($0.element)) })
    let slow = html[html.range(of: "Slowest images")!.upperBound...]
    let positions = ["p1.jpg", "p4.jpg", "p2.jpg", "p0.jpg"].compactMap {
      slow.range(of: "<td>/in/\($0)</td>")?.lowerBound
    }
    #expect(positions.count == 4 && positions == positions.sorted())
    let rows = slow[..<slow.range(of: "</table>")!.lowerBound].components(separatedBy: "<tr>").count - 2
    #expect(rows == 20)
  }

  @Test func `a long run is sampled evenly, and the page stays small`() {
    // This number of images halves the sample twice.
    let count = 4_200
    // From both ends to the middle, because workers finish images in any order.
    let order = (0..<count).map { $0 % 2 == 0 ? $0 / 2 : count - 1 - $0 / 2 }
    let html = page(order.map { (job($0, "p\($0).jpg"), written(3)) })
    let shown = html.components(separatedBy: "<img ").count - 1
    #expect((1000...2000).contains(shown))
    #expect(html.contains("One image in 4 is shown.") && html.contains("4200 written"))
    #expect(html.contains("p0.jpg") && html.contains("p4196.jpg") && !html.contains("href=\"../thumbs/p4199.jpg"))
    #expect(html.utf8.count < 2_000_000)
    #expect(html.contains("loading=\"lazy\"") && html.contains("linked"))
  }

  @Test func `few small images are inside the page, with the format of their content`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "imgbatch-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2]).write(to: folder.appending(path: "a.jpg"))
    try Data("no picture".utf8).write(to: folder.appending(path: "b.jpg"))
    let outcomes = ["a.jpg", "b.jpg", "gone.jpg"].enumerated().map {
      (job($0.offset, $0.element, out: folder.path), written(1, bytes: 10))
    }
    let html = page(outcomes, at: FilePath(folder.path).appending("run.html"))
    #expect(html.contains("src=\"data:image/png;base64,iVBORw0KGgoBAg==\""))
    #expect(html.contains("src=\"b.jpg\"") && html.contains("src=\"gone.jpg\"") && html.contains("href=\"a.jpg\""))
  }

  @Test func `totals and sizes are those of the run`() {
    let html = page([(job(0, "a.jpg"), written(10)), (job(1, "b.jpg"), written(20))], inputs: 5)
    #expect(html.contains("2 written, 3 not started"))
    #expect(html.contains("<b>1.6 MB</b>before") && html.contains("<b>18.0 kB</b>after (1.1 %)"))
    #expect(
      html.contains("<td>below 1.0 MB</td><td>2</td><td>0</td>")
        && html.contains("<td>below 10.0 kB</td><td>0</td><td>2</td>"))
  }

  @Test func `facts about the run are a table, and an interruption is stated`() {
    let facts = [(name: "Command", value: "imgbatch resize 'a b' --out o"), (name: "Run in", value: "/home/<x>")]
    let html = page([(job(0, "a.jpg"), written(1))], .init(facts: facts, isInterrupted: true))
    #expect(html.contains("<tr><th scope=\"row\">Command</th><td>imgbatch resize &#39;a b&#39; --out o</td></tr>"))
    #expect(html.contains("<th scope=\"row\">Run in</th><td>/home/&lt;x&gt;</td>"))
    #expect(html.contains("The run was interrupted; everything that was written is complete."))
  }

  @Test func `images and folders that were left out are named`() {
    var omitted = OmittedInputs()
    for number in 0..<102 { omitted.addUnreadable("HEIC", at: FilePath("in/\(number).heic")) }
    omitted.addUnreadable("WebP", at: "in/<a>.webp")
    omitted.addFolder("in/thumbs")
    let html = page([(job(0, "a.jpg"), written(1))], omitted: omitted)
    #expect(html.contains("103 images in formats that imgbatch cannot read: 102 HEIC, 1 WebP"))
    #expect(html.contains("<li>in/99.heic: HEIC</li><li>and 3 more</li>") && !html.contains("in/100.heic"))
    #expect(html.contains("1 folder of thumbnails not entered: in/thumbs"))
    #expect(!page([(job(0, "a.jpg"), written(1))]).contains("Left out"))
  }

  @Test func `a page of downloads shows addresses without passwords, and no sizes before and after`() {
    let addresses = ["http://u:secret@a.example/1", "http://u:secret@a.example/2"]
    let jobs = addresses.enumerated().map { index, address in
      Job(
        index: index, source: FilePath("dogs/\(index).jpg"), output: FilePath("/tmp/dogs/\(index).jpg"), format: .jpeg,
        sourceByteCount: 9000,
        address: address)
    }
    let error = JobError(stage: .fetch, code: .network, message: "the server is busy")
    let html = page(
      [(jobs[0], written(1)), (jobs[1], .failed(error))], .init(facts: [], isDownload: true, isInterrupted: false))
    #expect(html.contains("1 downloaded, 1 failed") && html.contains("<b>9.0 kB</b>received"))
    #expect(html.contains("<td>http://u:****@a.example/2</td>") && html.contains(">0.jpg</b>"))
    for text in ["secret", "before", "written"] { #expect(!html.contains(text), "\(text)") }
  }
}
