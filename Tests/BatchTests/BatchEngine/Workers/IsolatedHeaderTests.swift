import SystemPackage
import Testing

@testable import BatchEngine
@testable import ImageCodecs
@testable import ImageCore
@testable import ImageErrors
@testable import RunState
@testable import SystemSupport
@testable import Thumbnailing
@testable import WorkerIPC

@Suite("Headers and libraries that worker processes report") struct IsolatedHeaderTests {
  private func again(_ response: WorkerResponse) throws -> WorkerResponse {
    let bytes = response.bytes
    for count in 0..<bytes.count {
      #expect(throws: WireError.self, "\(count) bytes") { _ = try WorkerResponse(Array(bytes.prefix(count))) }
    }
    return try WorkerResponse(bytes)
  }

  private func confinement(filterError: Errno?) -> Confinement {
    Confinement(filterError: filterError, landlockVersion: 6, landlockError: nil, hasNoPrivileges: true)
  }

  @Test func `a header is transferred`() throws {
    var header = ImageHeader(
      format: .heic, size: PixelSize(width: 4032, height: 3024), bits: 10, color: .rgba, layout: .sequential,
      orientation: .upright, profile: [1, 2, 3])
    header.decodedChannels = 4
    header.coefficientByteCount = 123_456
    header.notes = [.images, .gainMap]
    guard case .header(.header(let same)) = try again(.header(.header(header))) else { throw WireError() }
    #expect("\(same)" == "\(header)")
    header.profile = nil
    header.colorChunks.codePoints = [9, 16, 0, 1]
    guard case .header(.header(let wide)) = try again(.header(.header(header))) else { throw WireError() }
    #expect("\(wide)" == "\(header)")
  }

  @Test func `the error of a header is transferred`() throws {
    let error = JobError(stage: .decode, code: .missingLibrary, message: "no libheif", hint: .lowerMemoryUse)
    guard case .header(.failed(let same)) = try again(.header(.failed(error))) else { throw WireError() }
    #expect(same == error)
  }

  @Test func `headers with impossible depths are refused`() throws {
    for bits in [0, 17, -1] {
      let header = ImageHeader(
        format: .tiff, size: PixelSize(width: 5, height: 5), bits: bits, color: .rgb, layout: .sequential,
        orientation: .upright, profile: nil)
      #expect(throws: WireError.self) { _ = try WorkerResponse(WorkerResponse.header(.header(header)).bytes) }
    }
  }

  @Test func `what decodes each format is transferred`() throws {
    let decoders: [ImageFormat: DecoderAvailability] = [
      .jpeg: .builtIn, .heic: .library("libheif 1.15.1"), .tiff: .missing(.library), .jpegXL: .needsIsolation,
    ]
    let confinement = confinement(filterError: nil)
    guard case .ready(confinement, let same) = try again(.ready(confinement, decoders)) else { throw WireError() }
    #expect(same == decoders)
  }

  @Test func `without a filter of system calls the libraries decode nothing, unless that is allowed`() {
    var limits = DecodeLimits()
    let open = confinement(filterError: .invalidArgument)
    let refusal = open.refusalOfLibraries(limits)
    #expect(refusal?.code == .needsIsolation && refusal?.hint == .allowUnconfined)
    #expect(refusal?.message.contains("seccomp: ") == true)
    limits.allowsUnconfined = true
    #expect(open.refusalOfLibraries(limits) == nil)
    // A missing Landlock only warns: the filter refuses every path.
    var filtered = confinement(filterError: nil)
    filtered.landlockError = .noFunction
    #expect(filtered.refusalOfLibraries(DecodeLimits()) == nil)
  }
}
