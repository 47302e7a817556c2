import HTTPTypes
import Hummingbird
import JSONCoding
import NetAddress
import NeutronAPI

extension HTTPField.Name {
    static let openstackRequestID = HTTPField.Name(literal: "X-Openstack-Request-Id")
    static let forwardedProtocol = HTTPField.Name(literal: "X-Forwarded-Proto")
    static let authToken = HTTPField.Name(literal: "X-Auth-Token")
    static let projectID = HTTPField.Name(literal: "X-Project-Id")
}

extension Response {
    /// A reply whose body `write` writes.
    static func json(
        _ status: HTTPResponse.Status = .ok, capacity: Int = 1_536, _ write: (inout JSONWriter) -> Void
    ) -> Response {
        var writer = JSONWriter(capacity: capacity)
        write(&writer)
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }

    /// A reply of plain text.
    static func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=UTF-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func neutron(_ error: NeutronError) -> Response {
        var response = json(HTTPResponse.Status(code: error.status)) { $0.error(error) }
        if error.status == 429 || error.status == 503 { response.headers[.retryAfter] = "1" }
        return response
    }

    /// A reply without a body.
    static func empty(_ status: HTTPResponse.Status) -> Response { Response(status: status) }
}
