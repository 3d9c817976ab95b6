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

/// The hot kernels are compiled twice from one source (Sources/PixelKernelsAVX2 and JPEGKernelsAVX2 are links): once for the
/// architecture's baseline and once for x86-64-v3. ImageCore chooses at start by what the CPU has.
#if arch(x86_64)
  let wide: [SwiftSetting] = [.unsafeFlags(["-Xcc", "-march=x86-64-v3"])]
#else
  let wide: [SwiftSetting] = []
#endif

/// Debug builds optimize what handles pixels, with all checks: without, an image takes fifty times as long.
let optimized: [SwiftSetting] =
  strict + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

let package = Package(
  name: "imgbatch",
  products: [
    .library(name: "Thumbnails", targets: ["Thumbnails"]),
    .executable(name: "imgbatch", targets: ["imgbatch"]),
    .executable(name: "imgbatch-worker", targets: ["imgbatch-worker"]),
  ],
  traits: [
    .trait(name: "WebP", description: "Reads and writes WebP, by libwebp."),
    .trait(
      name: "OwnCodecs",
      description: "Decodes and encodes JPEG and PNG by code of this package where it can; without, libraries do all."),
    .trait(name: "Program", description: "The program imgbatch, which needs swift-argument-parser."),
    .default(enabledTraits: ["OwnCodecs", "Program", "WebP"]),
  ],
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
    // Libraries of further formats are opened at run time, in worker processes only: nothing is linked.
    .target(name: "CRuntimeCodecs", dependencies: ["CImageCodecs", "CPlatform"], linkerSettings: openLibraries),
    .target(name: "CPlatform", cSettings: description, linkerSettings: openLibraries),
    // libcurl is opened at run time, by `fetch` only: nothing is linked.
    .target(name: "CCurl", dependencies: ["CPlatform"], linkerSettings: openLibraries),
    .target(name: "PixelKernels", swiftSettings: optimized),
    .target(name: "PixelKernelsAVX2", swiftSettings: optimized + wide),
    .target(name: "Parallelism", swiftSettings: strict),
    .target(name: "SystemSupport", dependencies: ["CPlatform", paths], swiftSettings: strict),
    .target(
      name: "TextFormatting", dependencies: ["SystemSupport", paths], resources: [.embedInCode("Resources/page.css")],
      swiftSettings: strict),
    .target(name: "ImageErrors", dependencies: ["SystemSupport", paths], swiftSettings: strict),
    .target(
      name: "ImageCore", dependencies: ["CPlatform", "Parallelism", "PixelKernels", "PixelKernelsAVX2"],
      swiftSettings: optimized),
    .target(name: "JPEGDecoding", dependencies: ["ImageCore", "Parallelism"], swiftSettings: optimized),
    .target(name: "JPEGEncoding", dependencies: ["ImageCore"], swiftSettings: optimized),
    .target(
      name: "JPEGKernels", dependencies: ["CPlatform", "JPEGDecoding", "JPEGEncoding"], swiftSettings: optimized),
    .target(
      name: "JPEGKernelsAVX2", dependencies: ["CPlatform", "JPEGDecoding", "JPEGEncoding"],
      swiftSettings: optimized + wide),
    .target(
      name: "ImageCodecs",
      dependencies: [
        "CImageCodecs", "CLibDeflate", "CPlatform", "CRuntimeCodecs",
        .target(name: "CWebPCodec", condition: .when(traits: ["WebP"])), "ImageCore", "JPEGDecoding", "JPEGEncoding",
        "JPEGKernels", "JPEGKernelsAVX2", "PixelKernels",
        "PixelKernelsAVX2",
      ],
      swiftSettings: optimized),
    .target(name: "ColorManagement", dependencies: ["CColorManagement", "ImageCore"], swiftSettings: optimized),
    .target(
      name: "Thumbnailing",
      dependencies: [
        "ColorManagement", "CPlatform", "ImageCodecs", "ImageCore", "ImageErrors", "Parallelism", "SystemSupport",
        paths,
      ],
      swiftSettings: optimized),
    .target(
      name: "Thumbnails",
      dependencies: [
        "ColorManagement", "ImageCodecs", "ImageCore", "ImageErrors", "Parallelism", "SystemSupport", "Thumbnailing",
      ],
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
      resources: [.embedInCode("Resources/gallery.css"), .embedInCode("Resources/gallery.js")],
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
        "WorkerIPC", paths,
        .product(name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["Program"])),
      ],
      exclude: ["Documentation.docc"],
      swiftSettings: strict),
    .executableTarget(name: "imgbatch-worker", dependencies: ["BatchEngine", "Downloading"], swiftSettings: strict),
    .target(
      name: "DecoderTrials", dependencies: ["ImageCodecs", "ImageCore", "JPEGDecoding"], path: "Tests/DecoderTrials",
      swiftSettings: optimized),
    .target(name: "LibPNGReference", dependencies: ["CLibPNG"], path: "Tests/LibPNGReference"),
    .target(
      name: "ReferenceImplementations", dependencies: ["ImageCore", "LibPNGReference", "PixelKernels"],
      path: "Tests/ReferenceImplementations", swiftSettings: optimized),
    .target(
      name: "TestSupport", dependencies: ["CPlatform", "ImageCore", "RunState", "SystemSupport", paths],
      path: "Tests/TestSupport",
      swiftSettings: optimized),
    .testTarget(
      name: "ImageCoreTests", dependencies: ["ImageCore", "Parallelism", "TestSupport"], swiftSettings: optimized),
    .testTarget(
      name: "JPEGDecodingTests",
      dependencies: [
        "DecoderTrials", "ImageCodecs", "ImageCore", "JPEGDecoding", "JPEGKernels", "JPEGKernelsAVX2", "Parallelism",
        "TestSupport",
      ],
      swiftSettings: optimized),
    .testTarget(
      name: "JPEGEncodingTests",
      dependencies: [
        "DecoderTrials", "ImageCodecs", "ImageCore", "JPEGEncoding", "JPEGKernels", "TestSupport",
      ],
      swiftSettings: optimized),
    .testTarget(
      name: "ImageCodecsTests",
      dependencies: [
        "CImageCodecs", "CLibDeflate", "ImageCodecs", "ImageCore", "JPEGDecoding", "Parallelism", "PixelKernels",
        "ReferenceImplementations", "TestSupport",
      ],
      swiftSettings: optimized),
    .testTarget(
      name: "BatchTests",
      dependencies: [
        "JPEGDecoding", "TextFormatting",
        "CPlatform",
        "BatchEngine", "ColorManagement", "ImageCodecs", "ImageCore", "ImageErrors", "Parallelism", "RunState",
        "SystemSupport", "Thumbnailing", "WorkerIPC",
        "CLCMS2", "DecoderTrials", "imgbatch-worker", "LibPNGReference", paths, "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "ThumbnailsTests", dependencies: ["SystemSupport", "TestSupport", "Thumbnailing", "Thumbnails"],
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
        "TestSupport", "Thumbnails",
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)

/// Benchmarks, fuzzers and the comparison with libjpeg: for `make bench`, `fuzz`, `differential`, `soak` and `check`.
if Context.environment["IMGBATCH_DEVELOPER_PROGRAMS"] != nil {
  package.targets += [
    .executableTarget(
      name: "kernel-bench",
      dependencies: ["ImageCodecs", "ImageCore", "ReferenceImplementations", "RunState", paths],
      path: "Tests/Benchmarks/KernelBench", swiftSettings: optimized),
    .executableTarget(
      name: "library-bench", dependencies: [paths, "Thumbnails"], path: "Tests/Benchmarks/LibraryBench",
      swiftSettings: strict),
    .executableTarget(
      name: "decode-fuzz",
      dependencies: [
        "BatchEngine", "ImageErrors", "Thumbnailing", "DecoderTrials", "ImageCodecs", "ImageCore", "RunState",
        "SystemSupport", paths,
      ],
      path: "Tests/Fuzz",
      exclude: ["WholeRuns", "fuzz.sh", "runs.py"],
      swiftSettings: optimized),
    .executableTarget(
      name: "jpeg-differential", dependencies: ["DecoderTrials", "ImageCodecs", "ImageCore", "JPEGDecoding"],
      path: "Tests/Differential", exclude: ["cover.py"],
      swiftSettings: optimized),
  ]
}
