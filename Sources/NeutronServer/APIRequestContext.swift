import HTTPServing
package import Hummingbird
import Logging
import NeutronAPI

/// What a request carries from the outermost responder to its controller.
package struct APIRequestContext: RequestContext {
    package var coreContext: CoreRequestContextStorage
    /// `req-<uuid>`, told in every reply and in every log line about the request.
    package let requestID: String
    /// Whom the request counts for where something is shared out.
    let client: SourceAddress?
    /// How the client reached us, `http://192.0.2.1:9696`: links in replies start with it.
    var base = ""
    /// Set once it is known who asks: nothing is answered before.
    var authenticated: Requester?

    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
        client = SourceAddress(source.channel.remoteAddress)
        requestID = "req-\(ID<Request>.random())"
        // Ours in place of the framework's, which nobody is told.
        logger[metadataKey: "hb.request.id"] = nil
        logger[metadataKey: "request"] = "\(requestID)"
    }

    /// Who asks.
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
