import HTTPServing
package import Hummingbird
import Logging
import NeutronAPI

/// A request's context, from the outermost responder to its controller.
package struct APIRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// `req-<uuid>`, in every reply and every log line about the request.
    package let requestID: String
    /// The client that the request counts for in shared limits.
    let client: SourceAddress?
    /// The URL by which the client reached us, `http://192.0.2.1:9696`: links in replies start with it.
    var base = ""
    /// Set by authentication, before the request is served.
    var authenticated: Requester?

    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        client = SourceAddress(source.channel.remoteAddress)
        requestID = "req-\(ID<Request>.random())"
        // Replaces the framework's id, which clients never see.
        logger[metadataKey: "hb.request.id"] = nil
        logger[metadataKey: "request"] = "\(requestID)"
    }

    /// The authenticated requester.
    var requester: Requester {
        get throws(NeutronError) {
            guard let authenticated else { throw .internalError(requestID: requestID) }
            return authenticated
        }
    }

    /// A parameter of the route's path, decoded.
    func parameter(_ name: Substring) throws(NeutronError) -> String {
        guard let text = parameters[name] else { throw .pathNotFound }
        return QueryString.decoded(text.utf8, plusIsSpace: false)
    }
}
