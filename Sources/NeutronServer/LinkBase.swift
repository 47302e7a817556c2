import HTTPTypes
import Hummingbird

/// The URL by which a client reached us, `http://192.0.2.1:9696`: links in replies start with it. It is parsed from
/// headers: the host by the connection, which refuses an invalid one, the scheme here.
struct LinkBase: CustomStringConvertible {
    let description: String

    /// `scheme` is that of the connection.
    init(_ request: Request, scheme: String) {
        let scheme = Self.scheme(request.headers[.forwardedProtocol]) ?? scheme
        description = "\(scheme)://\(request.head.authority ?? "localhost")"
    }

    /// `http` or `https`; the first of several is the client's own. Nil for anything else, which is ignored.
    private static func scheme(_ text: String?) -> String? {
        guard let first = text?.prefix(64).split(separator: ",", omittingEmptySubsequences: false).first else {
            return nil
        }
        let scheme = first.filter { $0 != " " }.lowercased()
        return ["http", "https"].contains(scheme) ? scheme : nil
    }
}
