import NIOHTTP1

/// The answer to a request that the connection itself refuses; no request after it is read.
package struct HTTPRefusal: Error, Hashable, Sendable {
    /// 400…599.
    package let status: Int
    /// What is wrong, with the limit if there is one.
    package let message: String

    package init(status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    static func bad(_ message: String) -> Self { Self(status: 400, message) }

    /// The server is stopping: incomplete requests are not read.
    static let ending = Self(status: 503, "The server is stopping.")
    /// The client disconnected in the middle of its request. Never sent.
    static let cut = bad("The connection ended before the request did.")
}

extension HTTPRefusal: CustomStringConvertible {
    package var description: String { "\(status): \(message)" }
}

extension HTTPRefusal {
    /// What the decoder could not parse, `inTarget` while the first line of the head has not ended.
    init(_ error: any Error, inTarget: Bool, limits: ConnectionLimits) {
        switch error as? HTTPParserError {
        case .headerOverflow where inTarget: self = .targetTooLong(limits)
        case .headerOverflow: self = .headTooLong(limits)
        case .invalidVersion:
            self.init(
                status: 505, "The first line does not end in HTTP/1.1 and CR LF, the only version that is supported.")
        case .invalidMethod: self = .unknownMethod
        case .invalidEOFState: self = .bad("The connection ended before the request did.")
        case .invalidChunkSize: self = .bad("The body has a chunk whose size is not a hexadecimal number.")
        case .unexpectedContentLength:
            self = .bad("Content-Length is given several times, or with Transfer-Encoding.")
        case .invalidContentLength: self = .bad("Content-Length is not a number.")
        default: self = .bad("The request is not HTTP/1.1.")
        }
    }

    static func targetTooLong(_ limits: ConnectionLimits) -> Self {
        Self(status: 414, "The request's target is longer than \(limits.targetSize) bytes.")
    }

    static func headTooLong(_ limits: ConnectionLimits) -> Self {
        Self(
            status: 431,
            "The request's header is larger than \(limits.headSize) bytes or has more than "
                + "\(limits.headerFields) fields.")
    }

    static func bodyTooLarge(_ limits: ConnectionLimits) -> Self {
        Self(status: 413, "The body is larger than \(limits.bodySize) bytes.")
    }

    /// A method that no resource supports.
    static let unknownMethod = Self(
        status: 501, "No resource has this method: the server supports GET, HEAD, POST, PUT, PATCH and DELETE.")
}
