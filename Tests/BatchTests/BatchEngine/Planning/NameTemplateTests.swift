import BatchEngine
import ImageCore
import SystemPackage
import Testing

@testable import SystemSupport

@Suite struct NameTemplateTests {
  private func name(
    _ template: String = "{dir}/{stem}.{ext}", _ relative: FilePath, _ requested: OutputFormat = .same,
    contents: ImageFormat? = nil
  ) throws -> Named? {
    let parts = NameParts(
      relative: relative, requested: requested, contents: contents, size: "256",
      pixels: PixelSize(width: 256, height: 192))
    return try NameTemplate(template).name(of: parts).map { Named($0.path, $0.format) }
  }

  struct Named: Equatable {
    let path: FilePath
    let format: ImageFormat

    init(_ path: FilePath, _ format: ImageFormat) {
      self.path = path
      self.format = format
    }
  }

  @Test func `the folder tree and the names are kept, and suffixes determine the format`() throws {
    for (path, format) in [
      ("a.jpg", ImageFormat.jpeg), ("b/c/A.JPG", .jpeg), ("x.jpeg", .jpeg), ("x.Jpe", .jpeg), ("x.jfif", .jpeg),
      ("y.png", .png), ("d.d/y.PnG", .png), ("two.dots.png", .png),
    ] {
      #expect(try name(FilePath(path)) == Named(FilePath(path), format))
      // Whatever the bytes are: a plan needs no header.
      #expect(try name(FilePath(path), contents: .png) == Named(FilePath(path), format))
    }
  }

  private func name(
    _ relative: FilePath, _ requested: OutputFormat = .same, contents: ImageFormat? = nil
  ) throws -> Named? {
    try name("{dir}/{stem}.{ext}", relative, requested, contents: contents)
  }

  @Test func `a name without a known suffix gets that of its content`() throws {
    #expect(try name("photo.old", contents: .jpeg) == Named("photo.old.jpg", .jpeg))
    #expect(try name("d/photo", contents: .png) == Named("d/photo.png", .png))
    #expect(try name(".jpg", contents: .png) == Named(".jpg.png", .png))
    #expect(try name("photo.jpgx") == Named("photo.jpgx.jpg", .jpeg))
    #expect(try name("photo.", contents: .jpeg) == Named("photo..jpg", .jpeg))
  }

  @Test func `a requested format changes only suffixes that do not match it`() throws {
    #expect(try name("a.png", .jpeg) == Named("a.jpg", .jpeg))
    #expect(try name("a.JPEG", .jpeg) == Named("a.JPEG", .jpeg))
    #expect(try name("a.jpe", .png) == Named("a.png", .png))
    #expect(try name("a.PNG", .png) == Named("a.PNG", .png))
    #expect(try name("photo.old", .png, contents: .jpeg) == Named("photo.old.png", .png))
  }

  @Test func `fields are replaced by their values`() throws {
    #expect(try name("{dir}/{stem}-{size}.{ext}", "a/b.jpg") == Named("a/b-256.jpg", .jpeg))
    #expect(try name("{size}/{dir}/{w}x{h}/{stem}.{ext}", "a/b.jpg") == Named("256/a/256x192/b.jpg", .jpeg))
    #expect(try name("{dir}/{stem}.{ext}", "b.jpg") == Named("b.jpg", .jpeg))
    #expect(try name("./x/{stem}.{ext}", "b.jpg") == Named("x/b.jpg", .jpeg))
    #expect(try name("{stem}", "d/b.jpg") == Named("b", .jpeg))
  }

  @Test func `a suffix in the template determines the format, unless one is requested`() throws {
    #expect(try name("{stem}.png", "a.jpg") == Named("a.png", .png))
    // A format that is only read: the whole name stays, unless the template says otherwise.
    #expect(try name("{dir}/{stem}.{ext}", "b/a.GIF") == Named("b/a.GIF.png", .png))
    #expect(try name("{dir}/{stem}.{ext}", "b/a.bmp", .jpeg) == Named("b/a.bmp.jpg", .jpeg))
    #expect(try name("{stem}.{ext}", "a.dib", .auto) == Named("a.dib.jpg", .jpeg))
    #expect(try name("{base}.{ext}", "a.gif") == Named("a.png", .png))
    #expect(try name("{base}-{srcext}.{ext}", "a.jpeg", .png) == Named("a-jpeg.png", .png))
    #expect(try name("{name}", "a.gif") == Named("a.gif.png", .png))
    #expect(try name("{base}.bmp", "a.jpg") == Named("a.bmp.jpg", .jpeg))
    #expect(try name("{stem}.{ext}", "a", contents: .gif) == Named("a.png", .png))
    #expect(try name("{stem}.png", "a.jpg", .jpeg) == Named("a.png", .jpeg))
  }

  @Test func `names keep their bytes`() throws {
    for bytes in awkwardNames { #expect(try name(FilePath(bytes: bytes))?.path.bytes == bytes) }
  }

  @Test func `only width and height need the header`() throws {
    #expect(try NameTemplate("{w}.jpg").needsPixelSize)
    #expect(try NameTemplate("{stem}{h}").needsPixelSize)
    #expect(try !NameTemplate("{dir}/{stem}-{size}.{ext}").needsPixelSize)
    #expect(try NameTemplate("{dir}/{stem}.{ext}") == .mirrored)
    #expect(try NameTemplate("{dir}/{stem}-{size}.{ext}") == .mirroredWithSize)
  }

  @Test(arguments: [
    ("", NameTemplateError.empty),
    ("{stem}.{exd}", .unknownField("exd")),
    ("{}", .unknownField("")),
    ("{stem", .unbalancedBrace),
    ("stem}", .unbalancedBrace),
    ("{st{em}}", .unbalancedBrace),
    ("/tmp/{stem}", .absolutePath),
    ("../{stem}", .parentFolder),
    ("{dir}/../{stem}", .parentFolder),
    ("a/..", .parentFolder),
    ("{dir}", .noFileName),
    ("{stem}/", .noFileName),
    ("a/{dir}", .noFileName),
    ("a\0b", .zeroByte),
  ])
  func `templates that cannot name outputs are refused`(template: String, error: NameTemplateError) {
    #expect(throws: error) { try NameTemplate(template) }
  }

  @Test func `dots in names do not leave the folder`() throws {
    #expect(try name("a..b/{stem}...{ext}", "x.jpg") == Named("a..b/x...jpg", .jpeg))
    // A hidden file whose stem is a dot.
    #expect(try name("d/{stem}.", "..jpg") == nil)
  }
}
