import SystemPackage
import SystemSupport
import Testing

@Suite struct FolderAndNameTests {
  @Test(arguments: [
    "", "/", "a", "/a", "a/b", "/a/b", "a/b/c.d", "..", "../..", "a/..", "/..", ".", "./a", "a/.", "//a//b//", " ",
    "a b/ c",
    "\u{E9}/\u{E9}",
  ])
  func `a path is split where swift-system splits it`(text: String) {
    let path = FilePath(text)
    let (folder, name) = path.folderAndName
    #expect(folder == path.removingLastComponent())
    #expect(name == FilePath(path.lastComponent))
  }

  @Test func `bytes that are not UTF-8 stay`() {
    let path = FilePath(bytes: [0x61, 0xFF, 0x2F, 0xFE])
    #expect(path.folderAndName.folder.bytes == [0x61, 0xFF] && path.folderAndName.name.bytes == [0xFE])
  }
}
