import Hummingbird
import NIOPosix
import Thumbnails

/// `GET /thumb`: the thumbnail of an image.
struct ThumbnailRoute: Sendable {
  let folder: ImageFolder
  let thumbnailer: Thumbnailer
  let metrics: Metrics
  /// The widths and heights that are made; empty for all within bounds.
  let sides: [Int]

  func answer(_ request: Request, _ context: ServerContext) async throws -> Response {
    let query = try ThumbnailQuery(request, sides)
    // Swift's own threads are as many as there are cores, and must not wait for a disk. NIO has threads that may.
    let (tag, image) = try await NIOThreadPool.singleton.runIfActive {
      var tag = ""
      let image = try folder.read(query.path) { identity in
        tag = "\"\(identity)-\(query.tag)\""
        return !request.knows(tag)
      }
      return (tag, image)
    }
    var headers: HTTPFields = [.eTag: tag, .cacheControl: "public, max-age=3600"]
    if query.isNegotiated { headers[.vary] = "Accept" }
    guard let image else { return Response(status: .notModified, headers: headers) }

    let thumbnail = try await context.whileConnected {
      try await metrics.timing { try await thumbnailer.thumbnail(of: image, query.options) }
    }
    headers[.contentType] = thumbnail.format.mediaType
    return Response(
      status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: thumbnail.bytes)))
  }
}

extension Request {
  /// Whether the client has what the tag stands for: RFC 9110, section 13.1.2.
  fileprivate func knows(_ tag: String) -> Bool {
    headers[values: .ifNoneMatch].flatMap { $0.split(separator: ",") }.contains { entry in
      let known = entry.drop { $0 == " " }
      return known == "*" || (known.hasPrefix("W/") ? known.dropFirst(2) : known).prefix { $0 != " " } == tag
    }
  }
}
