import Testing

@testable import ImageCore

@Suite struct InstructionSetTests {
  @Test("The best build is used unless another is requested")
  func best() {
    #expect(InstructionSet.choose(asked: nil, hasAVX2: true) == .avx2)
    #expect(InstructionSet.choose(asked: nil, hasAVX2: false) == .baseline)
    #expect(InstructionSet.choose(asked: "baseline", hasAVX2: true) == .baseline)
    #expect(InstructionSet.choose(asked: "sse9", hasAVX2: true) == .avx2)
  }

  @Test("A build that the processor cannot run is never used")
  func unsupported() {
    #expect(InstructionSet.choose(asked: "avx2", hasAVX2: false) == .baseline)
    #expect(InstructionSet.current.isSupported)
  }
}
