internal import CPlatform
internal import ColorManagement
internal import ImageCodecs
internal import ImageCore

/// The versions of the program and its libraries. No library is opened and no file is read, so `--version` stays fast.
enum Build {
  static let version = "0.2.0"

  /// One line for reports and tables.
  static var summary: String {
    let libraries = libraryVersions() + [colorLibraryVersion()]
    return "imgbatch \(version) (\(libraries.joined(separator: ", ")), SIMD: \(InstructionSet.current.rawValue))"
  }

  /// The summary and the build configuration.
  static var description: String {
    // SAFETY: a zero-terminated literal.
    let sources = unsafe String(cString: system_build_description())
    let runtime = system_swift_is_linked_in() ? "linked in" : "from libraries"
    var text = [configuration, architecture, "Swift's runtime \(runtime)"]
    if !sources.isEmpty { text.append("sources \(sources)") }
    let formats = "reads \(readable), writes \(ImageFormat.writtenNames("and"))"
    return "\(summary)\nbuild: \(text.joined(separator: ", "))\nfetch: opens libcurl when it runs\nformats: \(formats)"
  }

  /// What is read here, judged by the names of installed libraries, and what would make more readable.
  private static var readable: String {
    let names = ImageFormat.names("and", where: \.isReadable)
    guard let installation = ImageFormat.installation(of: ImageFormat.allCases) else { return names }
    return "\(names) (\(ImageFormat.names("and") { !$0.isReadable }): \(installation))"
  }

  #if DEBUG
    private static let configuration = "debug"
  #else
    private static let configuration = "release"
  #endif

  #if arch(x86_64)
    private static let architecture = "x86_64"
  #elseif arch(arm64)
    private static let architecture = "arm64"
  #else
    private static let architecture = "another architecture"
  #endif
}
