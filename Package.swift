// swift-tools-version: 6.2
import PackageDescription

/// `make check` asks for it. Not for everybody: a newer compiler warns of more, and that must not stop a user's build.
let warnings: [SwiftSetting] =
  Context.environment["IMGBATCH_WARNINGS_AS_ERRORS"] == nil ? [] : [.treatAllWarnings(as: .error)]

/// One list for every Swift target: the language mode is 6 by the tools version, so data races are errors.
let strict: [SwiftSetting] =
  warnings + [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]

/// The makefile's word on the sources, for `imgbatch --version`.
let description: [CSetting] =
  Context.environment["IMGBATCH_DESCRIPTION"].map { [.define("IMGBATCH_DESCRIPTION", to: "\"\($0)\"")] } ?? []

let openLibraries: [LinkerSetting] = [.linkedLibrary("dl", .when(platforms: [.linux]))]

let paths: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")

/// The hot kernels are compiled twice from one source (Sources/PixelKernelsAVX2 and ScaledJPEGAVX2 are links): once for the
/// architecture's baseline and once for x86-64-v3. Imaging chooses at start by what the CPU has.
#if arch(x86_64)
  let wide: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
#else
  let wide: [SwiftSetting] = []
#endif

/// Debug builds optimise the kernels too, with all checks: without, a picture takes a thousand times as long and tests
/// would take minutes.
let kernels: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let package = Package(
  name: "imgbatch",
  products: [
    .executable(name: "imgbatch", targets: ["imgbatch"]),
    .executable(name: "imgbatch-worker", targets: ["imgbatch-worker"]),
  ],
  traits: [.trait(name: "WebP", description: "Reads and writes WebP, by libwebp.")],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.6.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"]), .brew(["jpeg-turbo"])]),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(
      name: "CLibDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"]), .brew(["libdeflate"])]),
    .systemLibrary(
      name: "CLCMS2", pkgConfig: "lcms2", providers: [.apt(["liblcms2-dev"]), .brew(["little-cms2"])]),
    .systemLibrary(name: "CLibWebP", pkgConfig: "libwebpmux", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
    .target(name: "CColour", dependencies: ["CLCMS2"]),
    .target(
      name: "CImageCodecs", dependencies: ["CLibJPEG", "CLibPNG", "CPlatform"],
      // libpng needs zlib and its pkg-config file names it for static links only; the version is asked of it directly.
      linkerSettings: [.linkedLibrary("z")]),
    // Without its trait the target is empty, and libwebp is not looked for.
    .target(
      name: "CWebPCodec",
      dependencies: ["CImageCodecs", "CPlatform", .target(name: "CLibWebP", condition: .when(traits: ["WebP"]))],
      cSettings: [.define("IMGBATCH_WEBP", .when(traits: ["WebP"]))]),
    .target(name: "CPlatform", cSettings: description, linkerSettings: openLibraries),
    // libcurl is opened at run time, by `fetch` only: nothing is linked.
    .target(name: "CCurl", linkerSettings: openLibraries),
    .target(name: "PixelKernels", swiftSettings: strict + kernels),
    .target(name: "PixelKernelsAVX2", swiftSettings: strict + kernels + wide),
    .target(name: "Imaging", dependencies: ["CPlatform", "PixelKernels", "PixelKernelsAVX2"], swiftSettings: strict),
    .target(name: "ScaledJPEG", dependencies: ["Imaging"], swiftSettings: strict + kernels),
    .target(name: "ScaledJPEGAVX2", dependencies: ["Imaging"], swiftSettings: strict + kernels + wide),
    .target(
      name: "Codecs",
      dependencies: [
        "CImageCodecs", "CLibDeflate", "CPlatform", .target(name: "CWebPCodec", condition: .when(traits: ["WebP"])),
        "Imaging", "PixelKernels", "PixelKernelsAVX2", "ScaledJPEG",
        "ScaledJPEGAVX2",
      ],
      swiftSettings: strict),
    .target(name: "Colour", dependencies: ["CColour", "Imaging"], swiftSettings: strict),
    .target(
      name: "Batch", dependencies: ["Colour", "CPlatform", "Codecs", "Imaging", "ScaledJPEG", paths],
      swiftSettings: strict),
    .target(name: "Fetching", dependencies: ["Batch", "CCurl", "Codecs", "Imaging", paths], swiftSettings: strict),
    .target(name: "Reporting", dependencies: ["Batch", "Codecs", "Imaging", paths], swiftSettings: strict),
    .target(name: "Profiling", dependencies: ["Batch", "Reporting", paths], swiftSettings: strict),
    .executableTarget(
      name: "imgbatch",
      dependencies: [
        "Batch", "Codecs", "Colour", "CPlatform", "Fetching", "Imaging", "Profiling", "Reporting", paths,
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(name: "imgbatch-worker", dependencies: ["Batch", "Fetching"], swiftSettings: strict),
    .executableTarget(
      name: "kernel-bench", dependencies: ["Batch", "Codecs", "Imaging", paths], swiftSettings: strict),
    .executableTarget(
      name: "decode-fuzz", dependencies: ["Batch", "Codecs", "DecoderTrials", "Imaging", paths], path: "Tests/Fuzz",
      exclude: ["WholeRuns", "fuzz.sh", "runs.py"],
      swiftSettings: strict),
    .target(
      name: "DecoderTrials", dependencies: ["Codecs", "Imaging", "ScaledJPEG"], path: "Tests/DecoderTrials",
      swiftSettings: strict),
    .executableTarget(
      name: "jpeg-differential", dependencies: ["Codecs", "DecoderTrials", "Imaging", "ScaledJPEG"],
      path: "Tests/Differential", exclude: ["cover.py"],
      swiftSettings: strict),
    .target(name: "LibPNGReading", dependencies: ["CLibPNG"], path: "Tests/LibPNGReading"),
    .target(
      name: "TestSupport", dependencies: ["CPlatform", "Imaging"], path: "Tests/TestSupport",
      swiftSettings: strict + kernels),
    .testTarget(name: "ImagingTests", dependencies: ["Imaging", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "ScaledJPEGTests", dependencies: ["Codecs", "DecoderTrials", "Imaging", "ScaledJPEG", "TestSupport"],
      swiftSettings: strict),
    .testTarget(name: "CodecsTests", dependencies: ["CLibDeflate", "Codecs", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "BatchTests",
      dependencies: [
        "Batch", "CLCMS2", "Codecs", "Colour", "DecoderTrials", "Imaging", "imgbatch-worker", "LibPNGReading", paths,
        "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(name: "FetchingTests", dependencies: ["Batch", "Codecs", "Fetching", paths], swiftSettings: strict),
    .testTarget(
      name: "ReportingTests", dependencies: ["Batch", "Codecs", "Imaging", "Reporting", paths], swiftSettings: strict),
    .testTarget(
      name: "ProfilingTests", dependencies: ["Profiling", "Reporting", paths, "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "CommandTests", dependencies: ["Fetching", "imgbatch", "imgbatch-worker", "Reporting", "TestSupport"],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
