import Deadlines
import HTTPTypes
import Hummingbird
import Logging
import NetworkStore
import NeutronAPI
import ServiceLifecycle

/// `GET /v2.0/ports?network_id=…&watch=true`: a list that goes on, the extension `port-watch`.
struct PortWatchController: Sendable {
    /// The parameter that makes a watch of a list.
    static let parameter = "watch"
    /// Parameters of pages, which a watch does not have.
    private static let ofPages = ["sort_key", "sort_dir", "limit", "marker", "page_reverse"]

    let store: NetworkStore
    let firstCopy: FirstCopyGate
    let work: Workload

    /// Whether a list is to be a watch, and the query without that parameter.
    static func split(_ query: QueryString) throws(NeutronError) -> (isWatch: Bool, query: QueryString) {
        let asked = query[parameter]
        guard !asked.isEmpty else { return (false, query) }
        let values = Set(asked.map { $0.lowercased() })
        guard values.count == 1, let value = values.first, value == "true" || value == "false" else {
            throw .badRequest(resource: parameter, "It is either true or false")
        }
        return (value == "true", QueryString(query.items.filter { $0.name != parameter }))
    }

    /// The answer to a watch, which goes on until the client goes, the server stops or a limit of time is reached.
    /// `query` is the one without `watch`.
    func watch(_ query: QueryString, _ context: APIRequestContext) async throws -> Response {
        if let page = Self.ofPages.first(where: { !query[$0].isEmpty }) {
            throw NeutronError.badRequest(
                resource: Self.parameter, "A watch has neither an order nor pages: leave out \(page)")
        }
        let names = query["network_id"]
        guard !names.isEmpty else {
            throw NeutronError.badRequest(
                resource: Self.parameter, "A watch needs the networks whose ports it is about: add network_id")
        }
        let access = Access<Port>(store: store, requester: try context.requester)
        let list = try ListQuery<Port>(query, pageSize: work.limits.pageSize, hiding: access.hidden)
        try await firstCopy.wait(store)
        // What changes from here on is told, and what was there before is in the snapshots.
        let place = try work.watches.open(Set(names.compactMap { ID<Network>($0) }), in: store, for: context.client)
        let stream = PortWatchStream(query: list, access: access, place: place, work: work, client: context.client)
        do {
            // What a client was told through another replica must not seem to be gone.
            try await store.lookAgain()
        } catch let error where stream.everyPort(in: store.snapshot()).count > 0 {
            // Lists too go on with the last known state.
            context.logger.warning("watch begins with the last known state", metadata: ["cause": "\(error)"])
        }
        try place.remember(ports: stream.everyPort(in: store.snapshot()).count)
        let body = ResponseBody { writer in
            var stream = stream
            try await withGracefulShutdownHandler {
                try await stream.run(&writer)
            } onGracefulShutdown: {
                place.watch.end()
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/x-ndjson"], body: body)
    }
}
