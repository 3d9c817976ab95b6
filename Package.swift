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

/// The hot kernels are compiled twice from one source (Sources/PixelKernelsAVX2 and JPEGDecodingAVX2 are links): once for the
/// architecture's baseline and once for x86-64-v3. ImageCore chooses at start by what the CPU has.
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
      name: "CLibJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CLibPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CLibDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(
      name: "CLCMS2", pkgConfig: "lcms2", providers: [.apt(["liblcms2-dev"])]),
    .systemLibrary(name: "CLibWebP", pkgConfig: "libwebpmux", providers: [.apt(["libwebp-dev"])]),
    .target(name: "CColorManagement", dependencies: ["CLCMS2"]),
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
    .target(name: "CCurl", dependencies: ["CPlatform"], linkerSettings: openLibraries),
    .target(name: "PixelKernels", swiftSettings: strict + kernels),
    .target(name: "PixelKernelsAVX2", swiftSettings: strict + kernels + wide),
    .target(name: "Parallelism", swiftSettings: strict),
    .target(name: "SystemSupport", dependencies: ["CPlatform", paths], swiftSettings: strict),
    .target(name: "TextFormatting", dependencies: ["SystemSupport", paths], swiftSettings: strict),
    .target(name: "ImageErrors", dependencies: ["SystemSupport", paths], swiftSettings: strict),
    .target(
      name: "ImageCore", dependencies: ["CPlatform", "Parallelism", "PixelKernels", "PixelKernelsAVX2"],
      swiftSettings: strict),
    .target(name: "JPEGDecoding", dependencies: ["ImageCore", "Parallelism"], swiftSettings: strict + kernels),
    .target(
      name: "JPEGDecodingAVX2", dependencies: ["ImageCore", "Parallelism"], swiftSettings: strict + kernels + wide),
    .target(
      name: "ImageCodecs",
      dependencies: [
        "CImageCodecs", "CLibDeflate", "CPlatform", .target(name: "CWebPCodec", condition: .when(traits: ["WebP"])),
        "ImageCore", "JPEGDecoding", "JPEGDecodingAVX2", "PixelKernels", "PixelKernelsAVX2",
      ],
      swiftSettings: strict),
    .target(name: "ColorManagement", dependencies: ["CColorManagement", "ImageCore"], swiftSettings: strict),
    .target(
      name: "Thumbnailing",
      dependencies: ["ColorManagement", "CPlatform", "ImageCodecs", "ImageCore", "ImageErrors", "SystemSupport", paths],
      swiftSettings: strict),
    .target(
      name: "RunState", dependencies: ["CPlatform", "ImageCore", "ImageErrors", "SystemSupport", paths],
      swiftSettings: strict),
    .target(name: "WorkerIPC", dependencies: ["CPlatform", "SystemSupport", paths], swiftSettings: strict),
    .target(
      name: "BatchEngine",
      dependencies: [
        "ColorManagement", "CPlatform", "ImageCodecs", "ImageCore", "ImageErrors", "Parallelism", "RunState",
        "SystemSupport", "Thumbnailing", "WorkerIPC", paths,
      ],
      swiftSettings: strict),
    .target(
      name: "Downloading",
      dependencies: [
        "CCurl", "ImageCore", "ImageErrors", "Parallelism", "RunState", "SystemSupport", "TextFormatting", "WorkerIPC",
        paths,
      ],
      swiftSettings: strict),
    .target(
      name: "Reporting",
      dependencies: [
        "BatchEngine", "ImageCodecs", "ImageCore", "ImageErrors", "RunState", "SystemSupport", "TextFormatting",
        "WorkerIPC", paths,
      ],
      swiftSettings: strict),
    .target(
      name: "Benchmarking",
      dependencies: [
        "BatchEngine", "CPlatform", "ImageErrors", "Parallelism", "RunState", "SystemSupport", "TextFormatting", paths,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "imgbatch",
      dependencies: [
        "BatchEngine", "Benchmarking", "ColorManagement", "CPlatform", "Downloading", "ImageCodecs", "ImageCore",
        "ImageErrors", "Parallelism", "Reporting", "RunState", "SystemSupport", "TextFormatting", "Thumbnailing",
        "WorkerIPC", paths, .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      exclude: ["Documentation.docc"],
      swiftSettings: strict),
    .executableTarget(name: "imgbatch-worker", dependencies: ["BatchEngine", "Downloading"], swiftSettings: strict),
    .executableTarget(
      name: "kernel-bench",
      dependencies: ["BatchEngine", "ImageCodecs", "ImageCore", "RunState", "SystemSupport", "Thumbnailing", paths],
      swiftSettings: strict),
    .executableTarget(
      name: "decode-fuzz",
      dependencies: [
        "BatchEngine", "ImageErrors", "Thumbnailing", "DecoderTrials", "ImageCodecs", "ImageCore", "RunState",
        "SystemSupport", paths,
      ],
      path: "Tests/Fuzz",
      exclude: ["WholeRuns", "fuzz.sh", "runs.py"],
      swiftSettings: strict),
    .target(
      name: "DecoderTrials", dependencies: ["ImageCodecs", "ImageCore", "JPEGDecoding"], path: "Tests/DecoderTrials",
      swiftSettings: strict),
    .executableTarget(
      name: "jpeg-differential", dependencies: ["DecoderTrials", "ImageCodecs", "ImageCore", "JPEGDecoding"],
      path: "Tests/Differential", exclude: ["cover.py"],
      swiftSettings: strict),
    .target(name: "LibPNGReading", dependencies: ["CLibPNG"], path: "Tests/LibPNGReading"),
    .target(
      name: "TestSupport", dependencies: ["CPlatform", "ImageCore", "RunState", "SystemSupport", paths],
      path: "Tests/TestSupport",
      swiftSettings: strict + kernels),
    .testTarget(
      name: "ImageCoreTests", dependencies: ["ImageCore", "Parallelism", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "JPEGDecodingTests",
      dependencies: ["DecoderTrials", "ImageCodecs", "ImageCore", "JPEGDecoding", "Parallelism", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ImageCodecsTests",
      dependencies: [
        "CImageCodecs", "CLibDeflate", "PixelKernels", "Parallelism", "ImageCodecs", "ImageCore", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "BatchTests",
      dependencies: [
        "JPEGDecoding", "TextFormatting",
        "CPlatform",
        "BatchEngine", "ColorManagement", "ImageCodecs", "ImageCore", "ImageErrors", "Parallelism", "RunState",
        "SystemSupport", "Thumbnailing", "WorkerIPC",
        "CLCMS2", "DecoderTrials", "imgbatch-worker", "LibPNGReading", paths, "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "DownloadingTests",
      dependencies: [
        "Downloading", "ImageCore", "ImageErrors", "RunState", "SystemSupport", "TextFormatting", "WorkerIPC", paths,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ReportingTests",
      dependencies: [
        "Thumbnailing",
        "BatchEngine", "ImageCodecs", "ImageCore", "ImageErrors", "Reporting", "RunState", "SystemSupport",
        "TextFormatting", "WorkerIPC", paths,
      ], swiftSettings: strict),
    .testTarget(
      name: "BenchmarkingTests",
      dependencies: [
        "ImageErrors", "Benchmarking", "RunState", "SystemSupport", "TextFormatting", paths, "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "BatchEngine", "Thumbnailing", "ImageCore", "ImageErrors", "WorkerIPC", "ImageCodecs",
        "Downloading", "imgbatch", "imgbatch-worker", "Reporting", "RunState", "SystemSupport", "TextFormatting",
        "TestSupport",
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
