import Glibc

/// Where a database listens for TCP: `0.0.0.0:6641`, `[::]:6641`.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: UInt16

    package init(host: String, port: UInt16) { (self.host, self.port) = (host, port) }

    /// Nil unless `text` is an IPv4 address, or an IPv6 address in brackets, a colon and a port.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        let family: Int32
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
            family = AF_INET6
        } else {
            family = AF_INET
        }
        var address = in6_addr()
        guard inet_pton(family, String(host), &address) == 1 else { return nil }
        self.init(host: String(host), port: port)
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The remote of ovsdb-server(1).
    var remote: String { "ptcp:\(place)" }

    /// The same with TLS.
    package var tlsRemote: String { "pssl:\(place)" }

    private var place: String { "\(port):\(host.contains(":") ? "[\(host)]" : host)" }

    /// Throws where the address cannot be bound: ovsdb-server itself would only warn and go on without it.
    func check(_ setting: String) throws(EmbeddedOVNError) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(host, String(port), &hints, &list)
        guard error == 0, let info = list?.pointee else {
            throw EmbeddedOVNError(
                "\(setting): \(description) is not an address: \(String(cString: gai_strerror(error)))")
        }
        defer { freeaddrinfo(list) }
        let descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard descriptor >= 0, bind(descriptor, info.ai_addr, info.ai_addrlen) == 0, listen(descriptor, 1) == 0 else {
            throw EmbeddedOVNError(
                "\(setting): cannot listen on \(description): \(String(cString: strerror(errno))); "
                    + "stop what uses it, or choose another address")
        }
    }
}
