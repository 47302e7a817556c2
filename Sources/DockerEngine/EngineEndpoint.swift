/// Where a Docker Engine listens: a unix socket of this machine.
///
/// A remote engine is of no use here, since its containers' network namespaces cannot be wired from this machine.
package struct EngineEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// The socket's path.
    package let path: String

    package init(path: String) { self.path = path }

    /// What `docker` uses when nothing is set.
    package static let standard = EngineEndpoint(path: "/var/run/docker.sock")

    /// The endpoint that `DOCKER_HOST` names, `standard` when it is unset or empty.
    /// - Throws: `DockerError.Code.refused` when it names anything but a unix socket.
    package init(environment: [String: String]) throws(DockerError) {
        guard let host = environment["DOCKER_HOST"], !host.isEmpty else {
            self = .standard
            return
        }
        guard host.hasPrefix("unix:///") else {
            throw DockerError(
                .refused,
                "DOCKER_HOST is \(host): only an engine of this machine (unix:///path) has containers that can be wired here"
            )
        }
        self.init(path: String(host.dropFirst("unix://".count)))
    }

    package var description: String { "unix://\(path)" }

    /// `http+unix://<path, percent-encoded>`, the form AsyncHTTPClient takes.
    var baseURL: String { "http+unix://\(percentEncoded(path))" }
}

/// Everything but RFC 3986's unreserved characters as `%XX`.
func percentEncoded(_ text: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            bytes.append(byte)
        default:
            bytes += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
