import Foundation
import Synchronization

/// A web server on loopback that sends the bytes a test specifies, valid or not.
///
/// It has one thread per connection and uses HTTP/1.1 with persistent connections. It records all requests.
package final class TestServer: @unchecked Sendable {
  package struct Request: Sendable {
    package let host: String
    package let path: String
    /// Header names are in lowercase.
    package let headers: [String: String]
    /// The number of earlier requests for this path.
    package let earlier: Int

    package var query: [String: String] {
      let pairs = path.split(separator: "?", maxSplits: 1).dropFirst().first?.split(separator: "&") ?? []
      return Dictionary(
        pairs.map { pair in
          let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
          return (parts[0], parts.count > 1 ? parts[1] : "")
        }, uniquingKeysWith: { $1 })
    }
  }

  private struct State {
    var requests: [Request] = []
    var active: [String: Int] = [:]
    var maxActive: [String: Int] = [:]
    var connections: Set<Int32> = []
    var connectionCount = 0
    var isStopped = false
  }

  package typealias Handler = @Sendable (Request, Reply) -> Void

  private let listeners: [Int32]
  package let port: Int
  private let handler: Handler
  private let hangsUp: Bool
  private let state = Mutex(State())

  /// - Parameters:
  ///   - hosts: the number of consecutive addresses from 127.0.0.1 on, all with the same port.
  ///   - hangsUp: whether each connection is closed at its first byte.
  package init(hosts: Int = 1, hangsUp: Bool = false, _ handler: @escaping Handler) throws {
    self.handler = handler
    self.hangsUp = hangsUp
    var port = 0
    var listeners: [Int32] = []
    for host in 1...hosts {
      let (listener, number) = try TestServer.listen("127.0.0.\(host)", port: port)
      listeners.append(listener)
      port = number
    }
    self.listeners = listeners
    self.port = port
    for (index, listener) in listeners.enumerated() {
      Thread.detachNewThread { [self] in accept(from: listener, host: "127.0.0.\(index + 1)") }
    }
  }

  /// The requests so far.
  package var requests: [Request] { state.withLock { $0.requests } }
  package var connectionCount: Int { state.withLock { $0.connectionCount } }
  /// The peak number of concurrent requests of each host.
  package var maxActive: [String: Int] { state.withLock { $0.maxActive } }

  package func address(_ path: String, host: Int = 1) -> String { "http://127.0.0.\(host):\(port)\(path)" }

  /// Closes all connections and accepts no more.
  package func stop() {
    let open = state.withLock { state in
      state.isStopped = true
      return state.connections
    }
    for descriptor in listeners + open { shutdown(descriptor, Int32(SHUT_RDWR)) }
  }

  private static func listen(_ host: String, port: Int) throws -> (Int32, Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = unsafe inet_addr(host)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe Glibc.bind(listener, address, length) == 0 && Glibc.listen(listener, 512) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard result else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
  }

  private func accept(from listener: Int32, host: String) {
    while true {
      let connection = Glibc.accept(listener, nil, nil)
      if connection < 0 {
        if errno == EINTR || errno == ECONNABORTED { continue }
        close(listener)
        return
      }
      _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
      var one: Int32 = 1
      _ = unsafe setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(4))
      let isWelcome = state.withLock { state in
        if !state.isStopped { state.connections.insert(connection) }
        state.connectionCount += 1
        return !state.isStopped
      }
      guard isWelcome else {
        close(connection)
        continue
      }
      Thread.detachNewThread { [self] in serve(connection, host: host) }
    }
  }

  private func serve(_ connection: Int32, host: String) {
    var pending: [UInt8] = []
    if hangsUp {
      var byte: UInt8 = 0
      _ = unsafe recv(connection, &byte, 1, 0)
      shutdown(connection, Int32(SHUT_RDWR))
    }
    while let request = read(from: connection, &pending, host: host) {
      let reply = Reply(connection)
      state.withLock { state in
        state.requests.append(request)
        state.active[host, default: 0] += 1
        state.maxActive[host] = max(state.maxActive[host] ?? 0, state.active[host] ?? 0)
      }
      reply.beforeLastByte = { [self] in state.withLock { $0.active[host, default: 0] -= 1 } }
      handler(request, reply)
      reply.finish()
      if reply.isClosed { break }
    }
    state.withLock { _ = $0.connections.remove(connection) }
    close(connection)
  }

  private func read(from connection: Int32, _ pending: inout [UInt8], host: String) -> Request? {
    let mark = Array("\r\n\r\n".utf8)
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      if let end = pending.indices.first(where: { pending[$0...].starts(with: mark) }) {
        let text = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeSubrange(..<(end + 4))
        return request(text, host: host)
      }
      let count = unsafe recv(connection, &buffer, buffer.count, 0)
      if count <= 0 { return nil }
      pending += buffer[..<count]
    }
  }

  private func request(_ text: String, host: String) -> Request {
    let lines = text.components(separatedBy: "\r\n")
    let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? "/"
    let headers = lines.dropFirst().compactMap { line in
      line.firstIndex(of: ":").map { colon in
        (line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
      }
    }
    let earlier = state.withLock { state in state.requests.count { $0.path == path && $0.host == host } }
    return Request(
      host: host, path: path, headers: Dictionary(headers, uniquingKeysWith: { $1 }), earlier: earlier)
  }

  /// The response on a connection.
  package final class Reply {
    private let connection: Int32
    fileprivate var beforeLastByte: () -> Void = {}
    package private(set) var isClosed = false

    fileprivate init(_ connection: Int32) { self.connection = connection }

    /// Returns false where the client has disconnected.
    @discardableResult
    package func send(_ bytes: some Collection<UInt8>) -> Bool {
      var rest = Array(bytes)[...]
      while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes {
          unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        if count <= 0 {
          isClosed = true
          return false
        }
        rest = rest.dropFirst(count)
      }
      return true
    }

    @discardableResult
    package func send(_ text: String) -> Bool { send(text.utf8) }

    /// Sends a complete response with its length.
    package func answer(_ status: Int, _ headers: [String] = [], _ body: some Collection<UInt8> = []) {
      let lines = ["HTTP/1.1 \(status) Said"] + headers + ["Content-Length: \(body.count)", "", ""]
      finish()
      send(Array(lines.joined(separator: "\r\n").utf8) + Array(body))
    }

    /// Sends a file, or the requested part where the tag matches.
    package func file(_ bytes: [UInt8], for request: Request, tag: String, headers: [String] = []) {
      let headers = headers + ["ETag: \(tag)"]
      if request.headers["if-none-match"] == tag { return answer(304, headers) }
      let start = part(of: bytes, request, tag: tag)
      guard let start else { return answer(200, headers, bytes) }
      answer(206, headers + ["Content-Range: bytes \(start)-\(bytes.count - 1)/\(bytes.count)"], bytes[start...])
    }

    /// The start of the requested part; nil where the whole file must be sent.
    package func part(of bytes: [UInt8], _ request: Request, tag: String) -> Int? {
      guard let range = request.headers["range"], request.headers["if-range"] ?? tag == tag else { return nil }
      let start = Int(range.dropFirst("bytes=".count).dropLast()) ?? 0
      return start < bytes.count ? start : nil
    }

    /// Call when the response is complete, or when no more of it will be sent.
    package func finish() {
      beforeLastByte()
      beforeLastByte = {}
    }

    package func close() {
      shutdown(connection, Int32(SHUT_RDWR))
      isClosed = true
    }

    /// Ends the connection with RST, as after a crash.
    package func reset() {
      var linger = linger(l_onoff: 1, l_linger: 0)
      _ = unsafe setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
      isClosed = true
    }

    /// Returns when the client has disconnected.
    package func waitForClient() {
      var byte: UInt8 = 0
      while unsafe recv(connection, &byte, 1, 0) > 0 {}
      isClosed = true
    }
  }
}
