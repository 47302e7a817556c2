import HTTPTypes
import Hummingbird
import NeutronAPI

extension Request {
    var queryString: QueryString { QueryString(uri.query ?? "") }

    /// A `DELETE` must not have a body.
    func refuseBody() async throws {
        for try await part in body where part.readableBytes > 0 {
            throw NeutronError.badRequest("Request body is not supported in DELETE.")
        }
    }

    /// The N of `If-Match: revision_number=N`; nil without the header.
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
