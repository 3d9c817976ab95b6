import Foundation
import TestSupport
import Testing

/// Messages and behavior where worker processes are not fully confined. The workers here are scripts that report it.
@Suite("fetch reports the confinement of its workers", .serialized)
struct FetchSandboxTests {
  private static let sentence = "no Landlock (this kernel has none, or hides it)"

  /// A folder with imgbatch and a fake worker that reports that Landlock is missing, and exits at its first job.
  private func scratchWithWorker() throws -> ScratchFolder {
    let scratch = try ScratchFolder()
    try FileManager.default.copyItem(at: Command.imgbatch, to: scratch.url.appending(path: "imgbatch"))
    // The frames and numbers of FrameChannel and WireWriter. The reply of an image worker starts with its type and ends with the
    // number of its decoders.
    let script = """
      #!/bin/bash
      number() { printf "\\\\x$(printf %02x $1)"; printf '\\0\\0\\0\\0\\0\\0\\0'; }
      count=$(head -c 4 | od -An -tu4)
      head -c "$count" >/dev/null
      if [ "$IMGBATCH_WORKER" = fetch ]; then printf '\\x20\\0\\0\\0'; else printf '\\x30\\0\\0\\0'; number 0; fi >&0
      { number 0; number 0; number 38; number 1; } >&0
      if [ "$IMGBATCH_WORKER" != fetch ]; then number 0; fi >&0
      head -c 1 >/dev/null
      """
    let worker = scratch.url.appending(path: "imgbatch-worker")
    try Data(script.utf8).write(to: worker)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: worker.path)
    return scratch
  }

  private func fetch(_ scratch: ScratchFolder, _ options: String) throws -> Response {
    try Command.shell(
      "./imgbatch fetch list --out out --allow-private --retries 0 --connections 3 --mode processes \(options)",
      in: scratch)
  }

  @Test(
    "Missing confinement is reported once, also with thumbnails, and the run continues", arguments: ["", "--thumbs t"])
  func warning(thumbs: String) throws {
    let scratch = try scratchWithWorker()
    try Data("http://127.0.0.1:1/a\n".utf8).write(to: scratch.url.appending(path: "list"))
    let answer = try fetch(scratch, "--json " + thumbs)
    #expect(answer.status == 1, "\(answer.error)")
    let warnings = try answer.events.filter { $0["event"] as? String == "warning" }
    #expect(warnings.map { $0["code"] as? String } == ["sandbox"])
    #expect((warnings.first?["message"] as? String)?.hasSuffix(Self.sentence) == true, "\(warnings)")
    let text = try fetch(scratch, "--quiet " + thumbs)
    let lines = text.error.split(separator: "\n").filter { $0.hasPrefix("Warning: ") }
    #expect(lines.count == 1 && lines.first?.hasSuffix(Self.sentence) == true, "\(text.error)")
  }

  @Test("With --require-sandbox the run then does not start, and no request is made", arguments: ["", "--thumbs t"])
  func refusal(thumbs: String) throws {
    let server = try TestServer { _, reply in reply.answer(404) }
    defer { server.stop() }
    let scratch = try scratchWithWorker()
    try Data("\(server.address("/a"))\n".utf8).write(to: scratch.url.appending(path: "list"))
    let answer = try fetch(scratch, "--require-sandbox --json " + thumbs)
    #expect(answer.status == 70)
    #expect(
      answer.error
        == "Error: --require-sandbox, but worker processes cannot be confined here: \(Self.sentence).\n")
    #expect(answer.output.isEmpty && server.requests.isEmpty)
  }

  @Test("--require-sandbox applies only to worker processes", arguments: ["threads", "serial"])
  func modes(mode: String) throws {
    let scratch = try ScratchFolder()
    let answer = try Command.run("fetch", "-", "--out", scratch["out"], "--require-sandbox", "--mode", mode)
    #expect(answer.status == 64 && answer.error.contains("--require-sandbox needs --mode processes"))
  }

  @Test("A worker that cannot be started is reported as such, not as an error in the list")
  func noWorker() throws {
    let scratch = try ScratchFolder()
    try FileManager.default.copyItem(at: Command.imgbatch, to: scratch.url.appending(path: "imgbatch"))
    try Data("http://127.0.0.1:1/a\n".utf8).write(to: scratch.url.appending(path: "list"))
    let answer = try fetch(scratch, "")
    #expect(answer.status == 70 && answer.error.contains("no worker process can be started"), "\(answer.error)")
  }

  @Test("With full confinement, --require-sandbox downloads and makes thumbnails")
  func confined() throws {
    let scratch = try ScratchFolder()
    let verbose = try Command.run("resize", Command.dogs, "--out", scratch["x"], "--mode", "processes", "--verbose")
    // This depends on the kernel of the test machine.
    let isConfined = !verbose.error.contains("less than usual")
    let rex = try Places.sample("dogs/rex.jpg")
    let server = try TestServer { _, reply in reply.answer(200, [], rex) }
    defer { server.stop() }
    let answer = try Command.run(
      arguments: [
        "fetch", "-", "--out", scratch["out"], "--thumbs", scratch["thumbs"], "--allow-private", "--mode", "processes",
        "--require-sandbox",
      ], input: Data("\(server.address("/a"))\n".utf8))
    #expect(answer.status == (isConfined ? 0 : 70), "\(answer.error)")
    #expect(scratch.files(below: "thumbs").count == (isConfined ? 1 : 0))
  }
}
