import HTTPTypes
import Hummingbird
import NIOCore
import NeutronAPI

extension Request {
    /// The largest body that is read: a bulk request for thousands of ports.
    static let maximumBody = 8 << 20

    var queryString: QueryString { QueryString(uri.query ?? "") }

    /// The JSON object of the body.
    func json() async throws -> NeutronRequest {
        let buffer = try await collected()
        return try buffer.withUnsafeReadableBytes { try NeutronRequest($0) }
    }

    /// A `DELETE` has nothing to say in a body.
    func refuseBody() async throws {
        guard try await collected().readableBytes == 0 else {
            throw NeutronError.badRequest("Request body is not supported in DELETE.")
        }
    }

    private func collected() async throws -> ByteBuffer {
        do {
            return try await body.collect(upTo: Self.maximumBody)
        } catch is NIOTooManyBytesError {
            throw NeutronError(
                status: 413, type: "HTTPRequestEntityTooLarge",
                message: "The body is larger than \(Self.maximumBody) bytes.")
        }
    }

    /// The revision that `If-Match: revision_number=N` asks for; nil where it asks for none.
    func expectedRevision() throws(NeutronError) -> Int? {
        guard let header = headers[.ifMatch] else { return nil }
        var revision: Int?
        for part in header.split(separator: ",") {
            let tag = part.drop { $0 == " " || $0 == "\"" }.prefix { $0 != "\"" && $0 != " " }
            guard tag.hasPrefix("revision_number=") else { continue }
            guard revision == nil else {
                throw .badRequest(resource: "if-match", "Multiple revision_number etags are not supported.")
            }
            guard let number = Int(tag.dropFirst("revision_number=".count)) else {
                throw .badRequest(
                    resource: "if-match", "Revision number etag must be in the format of revision_number=<int>")
            }
            revision = number
        }
        return revision
    }
}
