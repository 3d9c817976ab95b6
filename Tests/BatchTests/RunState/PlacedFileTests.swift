import Foundation
import ImageCodecs
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import ImageErrors
@testable import RunState
@testable import SystemSupport

@Suite("Outputs stay below the output folder")
struct PlacedFileTests {
  let folder: TemporaryFolder
  init() throws {
    folder = try TemporaryFolder()
    try folder.addFolder("out")
    try folder.addFolder("elsewhere")
  }

  private func error(
    _ base: BaseFolder, _ name: FilePath, _ existing: ExistingOutput = .overwrite, _ durability: Durability = .ordinary
  ) -> JobError? {
    do throws(JobError) {
      let bytes: [UInt8] = [1, 2, 3]
      try unsafe bytes.withUnsafeBufferPointer { bytes throws(JobError) in
        try unsafe OutputFile.write(
          UnsafeRawBufferPointer(bytes).bytes, to: PlacedFile(base, name), existing: existing, durability: durability)
      }
      return nil
    } catch {
      return error
    }
  }

  private static let resolutions: [BaseFolder.Resolution] = [.kernel, .steps]
  private static let link = JobError(
    stage: .write, code: .write,
    message: "ELOOP: a symbolic link is on its way, and none is followed below the output folder", hint: .replaceLink)

  @Test(arguments: resolutions) func `a link below the folder is not followed`(resolution: BaseFolder.Resolution)
    throws
  {
    try folder.link("out/sub", to: "../elsewhere")
    try folder.link("out/inside", to: "real")
    try folder.addFolder("out/real/deep")
    try folder.link("out/real/deep/up", to: "..")
    try folder.link("out/dangling", to: "nowhere")
    let base = BaseFolder(folder("out"), resolution: resolution)
    for name in [
      "sub/a.jpg", "sub/new/a.jpg", "inside/a.jpg", "inside/deep/a.jpg", "real/deep/up/a.jpg", "dangling/a.jpg",
    ] {
      for durability in [Durability.ordinary, .durable] {
        for existing in ExistingOutput.allCases {
          #expect(error(base, FilePath(name), existing, durability) == PlacedFileTests.link, "\(name) \(existing)")
        }
      }
    }
    #expect(error(base, "real/deep/a.jpg") == nil)
    #expect(try folder.names(in: "elsewhere") == [] && folder.names(in: "out/real") == ["deep"])
    #expect(try folder.names(in: "out/real/deep") == ["a.jpg", "up"])
  }

  @Test(arguments: resolutions) func `existing files are looked up without following a link`(
    resolution: BaseFolder.Resolution
  ) throws {
    try folder.add("elsewhere/a.jpg", [7])
    try folder.link("out/sub", to: "../elsewhere")
    let file = PlacedFile(BaseFolder(folder("out"), resolution: resolution), "sub/a.jpg")
    for existing in [ExistingOutput.skip, .fail] {
      #expect(throws: PlacedFileTests.link) { try OutputFile.mustBeSkipped(file, existing: existing) }
    }
    file.discard()
    #expect(try folder.content("elsewhere/a.jpg") == [7])
  }

  @Test(arguments: resolutions) func `the folder itself may be a link, which is resolved once`(
    resolution: BaseFolder.Resolution
  ) throws {
    try folder.link("link", to: "out")
    let base = BaseFolder(folder("link"), resolution: resolution)
    #expect(error(base, "sub/a.jpg") == nil)
    #expect(try folder.content("out/sub/a.jpg") == [1, 2, 3])
    // A link replaces a subfolder during the run.
    try FileManager.default.moveItem(atPath: folder("out/sub").string, toPath: folder("moved").string)
    try folder.link("out/sub", to: "../elsewhere")
    #expect(error(base, "sub/b.jpg") == PlacedFileTests.link)
    // The link to the folder changes. The run stays with the folder that it started with.
    try FileManager.default.removeItem(atPath: folder("link").string)
    try folder.link("link", to: "elsewhere")
    #expect(error(base, "c.jpg") == nil && error(base, "new/d.jpg") == nil)
    #expect(try folder.names(in: "elsewhere") == [])
    #expect(try folder.names(in: "out") == ["c.jpg", "new", "sub"])
  }

  @Test(arguments: resolutions) func `no name leads up, and missing folders are created`(
    resolution: BaseFolder.Resolution
  ) throws {
    let base = BaseFolder(folder("out/made/by/it"), resolution: resolution)
    #expect(error(base, "x/y/a.jpg", .overwrite, .durable) == nil)
    #expect(try folder.content("out/made/by/it/x/y/a.jpg") == [1, 2, 3])
    for name in ["../a.jpg", "x/../../a.jpg", "new/../../a.jpg"] {
      #expect(error(base, FilePath(name))?.code == .write, "\(name)")
    }
    #expect(try folder.names(in: "out/made/by") == ["it"])
  }

  @Test func `temporaries behind a link below the folder are not touched`() throws {
    let name = ".imgbatch-\(getpid())-\(RunNumber.current << 32 | 9).tmp"
    try folder.add("elsewhere/" + name)
    try folder.link("out/sub", to: "../elsewhere")
    let index = PlacedFolder(base: BaseFolder(folder("out")), relative: "sub")
    #expect(!StaleTemporaries.sweep(index, before: .max))
    StaleTemporaries.dropOwn(index)
    #expect(try folder.names(in: "elsewhere") == [name])
    #expect(!StaleTemporaries.sweep(folder("out/sub"), before: .max))
    #expect(try folder.names(in: "elsewhere") == [])
  }

  // MARK: - Existing files

  private func refusal(_ name: String, _ use: OwnFileUse) -> OwnFileError? {
    do throws(OwnFileError) {
      _ = try Descriptor(openingOwn: folder(name), for: use)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [OwnFileUse.appended, .shared, .replaced, .listed])
  func `only a regular file with one name is opened, without changing it or blocking`(use: OwnFileUse) throws {
    try folder.add("real", [1, 2])
    try folder.link("link", to: "real")
    try folder.link("dangling", to: "made")
    try folder.hardLink("hard", to: try folder.add("other", [3]))
    try folder.addPipe("pipe")
    try folder.addFolder("folder")
    try folder.addSocket("socket")
    #expect(refusal("link", use) == .isNoRegularFile(.symbolicLink))
    #expect(refusal("dangling", use) == .isNoRegularFile(.symbolicLink))
    #expect(refusal("hard", use) == .hasOtherNames(count: 2))
    #expect(refusal("pipe", use) == .isNoRegularFile(.pipe))
    #expect(refusal("folder", use) == .isNoRegularFile(.folder))
    #expect(refusal("socket", use) == .isNoRegularFile(.socket))
    #expect(refusal("nowhere/x", use) == .system(.noSuchFileOrDirectory))
    #expect(try folder.content("real") == [1, 2] && folder.content("other") == [3])
    #expect(!OutputFile.isThere(folder("made")))
    #expect(refusal("new", use) == nil && refusal("real", use) == nil)
    #expect(try folder.content("real") == (use == .replaced ? [] : [1, 2]))
    try FileManager.default.removeItem(atPath: folder("hard").string)
    #expect(refusal("other", use) == nil)
  }

  @Test func `a page too replaces only a regular file`() throws {
    try folder.add("real", [1, 2])
    try folder.link("link.html", to: "real")
    try folder.addPipe("pipe.html")
    try folder.hardLink("hard.html", to: folder("real"))
    for (name, kind) in [("link.html", FileKind.symbolicLink), ("pipe.html", .pipe)] {
      let file = CheckedPath(inOwnFolder: folder(name))
      #expect(throws: OwnFileError.isNoRegularFile(kind)) { try AtomicFile.prepare(file) }
      #expect(throws: OwnFileError.isNoRegularFile(kind)) { try AtomicFile.write([9], to: file) }
      #expect(try FileStatus(of: folder(name), links: .stay).kind == kind)
    }
    // Only the name refers to a new file. The file keeps its content under its other name.
    try AtomicFile.write([9], to: CheckedPath(inOwnFolder: folder("hard.html")))
    #expect(try folder.content("real") == [1, 2] && folder.content("hard.html") == [9])
    #expect(try folder.names().filter { $0.hasPrefix(".") } == [])
  }
}

@Suite("Permissions of files made from other files")
struct PermissionsTests {
  private func made(_ bits: UInt32) -> UInt32 { UInt32(Permissions(bits: bits, group: nil).creationMode) }

  @Test func `read and write bits are copied, and the owner always has both`() {
    #expect(made(0o600) == 0o600 && made(0o644) == 0o644 && made(0o4755) == 0o644 && made(0o777) == 0o666)
    #expect(made(0o444) == 0o644 && made(0o400) == 0o600 && made(0) == 0o600 && made(0o240) == 0o640)
  }

  @Test func `a page has the permissions that all its images allow, whatever their groups`() {
    let own = Permissions(bits: 0o640, group: 7)
    #expect(Permissions.ordinary.intersection(own) == own)
    #expect(own.intersection(Permissions(bits: 0o664, group: 7)) == own)
    #expect(own.intersection(Permissions(bits: 0o640, group: 8)).bits == 0o600)
    #expect(Permissions(bits: 0o644, group: 7).intersection(Permissions(bits: 0o644, group: 8)).bits == 0o644)
    #expect(own.intersection(.ownerOnly).bits == 0o600)
  }

  /// Read from /proc without changing it, because other tests create files meanwhile (proc(5)).
  private func umask() throws -> UInt32 {
    let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("Umask:") })
    return try #require(UInt32(line.dropFirst(6).filter(\.isNumber), radix: 8))
  }

  @Test func `the group of a new file has no more rights than others if it is not the source's group`() throws {
    let folder = try TemporaryFolder()
    let group = try #require((try? FileStatus(of: folder.add("reference")))?.permissions.group)
    let cases: [(UInt32, UInt32, UInt32)] = [
      (0o640, group, 0o640), (0o640, group + 1, 0o600), (0o664, group + 1, 0o644), (0o644, group + 1, 0o644),
      (0o604, group + 1, 0o604), (0o660, group + 1, 0o600),
    ]
    for (bits, owner, expected) in cases {
      let file = try TemporaryFile(in: folder.path, permissions: Permissions(bits: bits, group: owner))
      #expect(try FileStatus(of: file.path).permissions.bits == expected & ~umask(), "\(String(bits, radix: 8))")
      withExtendedLifetime(file) {}
    }
  }
}
