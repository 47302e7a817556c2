import HTTPTypes
import Hummingbird

/// How a client reached us, `http://192.0.2.1:9696`: links in replies start with it. What headers say of it is parsed: the host by
/// the connection, which refuses one that is none, and the scheme here.
struct LinkBase: CustomStringConvertible {
    let description: String

    init(_ request: Request) {
        let scheme = Self.scheme(request.headers[.forwardedProtocol]) ?? Self.scheme(request.head.scheme) ?? "http"
        description = "\(scheme)://\(request.head.authority ?? "localhost")"
    }

    /// `http` or `https`, of several the first, which is the client's own. Nil for anything else: it counts for nothing.
    private static func scheme(_ text: String?) -> String? {
        guard let first = text?.prefix(64).split(separator: ",", omittingEmptySubsequences: false).first else {
            return nil
        }
        let scheme = first.filter { $0 != " " }.lowercased()
        return ["http", "https"].contains(scheme) ? scheme : nil
    }
}
