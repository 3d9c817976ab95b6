// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "thumbnail-server",
  products: [.executable(name: "thumbnail-server", targets: ["ThumbnailServer"])],
  dependencies: [
    // Elsewhere: .package(url: "the address of the repository", .upToNextMinor(from: "0.2.0")).
    .package(name: "imgbatch", path: "../.."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.0.0", traits: []),
  ],
  targets: [
    .executableTarget(
      name: "ThumbnailServer",
      dependencies: [
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Thumbnails", package: "imgbatch"),
      ],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny")])
  ]
)
