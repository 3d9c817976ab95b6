import SystemPackage
import Testing

@testable import BatchEngine
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import SystemSupport

@Suite struct InputFilesTests {
  private func input(
    _ path: String, relativeStart: Int = 0, size: Int = 0, file: UInt64? = nil, device: UInt64 = 1,
    contents: ImageFormat? = nil, refusal: JobError? = nil
  ) -> InputFile {
    InputFile(
      source: FilePath(path), relativeStart: relativeStart, byteCount: size,
      identity: file.map { FileIdentity(device: device, inode: $0) }, contents: contents, refusal: refusal)
  }

  private func same(_ one: InputFile, _ other: InputFile) -> Bool {
    one.source == other.source && one.relative == other.relative && one.byteCount == other.byteCount
      && one.identity == other.identity && one.contents == other.contents && one.refusal == other.refusal
  }

  @Test func `inputs are unchanged after packing, across blocks and folders`() {
    let missing = JobError(stage: .read, code: .read, message: "missing")
    let special = [
      input("a.jpg"), input("/a.jpg", relativeStart: 1, file: 3), input("../a.jpg", relativeStart: 3),
      input("in/sub/a.jpg", relativeStart: 3, size: .max, file: .max, device: .max, contents: .png),
      input("in/sub/b.jpg", relativeStart: 7, contents: .jpeg, refusal: missing),
      input("in/sub", refusal: .notRegular(.pipe)),
    ]
    var inputs = special
    for number in 0..<9000 {
      inputs.append(
        input(
          "in/\(number / 100)/\(number).png", relativeStart: 3, size: number, file: UInt64(number),
          device: UInt64(number % 3), refusal: number % 1000 == 7 ? missing : nil))
    }
    inputs += special
    var packed = InputFiles()
    #expect(packed.isEmpty)
    for input in inputs { packed.append(input) }
    #expect(packed.count == inputs.count)
    #expect(zip(packed, inputs).allSatisfy(same))
    #expect(packed.indices.allSatisfy { packed.byteCount(at: $0) == inputs[$0].byteCount })
    #expect(packed.indices.allSatisfy { packed.identity(at: $0) == inputs[$0].identity })
  }

  @Test func `a copy does not change with the original`() {
    var packed = InputFiles()
    packed.append(input("in/a.jpg"))
    let copy = packed
    packed.append(input("in/b.jpg"))
    #expect(copy.map(\.source) == ["in/a.jpg"])
    #expect(packed.map(\.source) == ["in/a.jpg", "in/b.jpg"])
  }
}
