import JSONCoding
import NIOCore
import NIOHTTP1
package import NeutronAPI

extension NeutronClient {
    /// A list's pages beyond this number are a loop.
    private static let pageLimit = 10_000

    /// Checks that the API works, its database included, by the cheapest request: an id that does not exist.
    /// - Throws: `unreachable` or `badReply`, saying why not.
    package func check(within timeout: Duration) async throws(NeutronClientError) {
        let request = Request(
            method: .GET, path: path(ID<Network>(high: 0, low: 0)), goal: "use the central point")
        do {
            _ = try await send(request, within: timeout)
        } catch let error where error.cause?.status == 404 {
            return
        }
    }

    /// All resources that match every filter, `("name", "ls0")`; two filters of one name are alternatives. `fields` are
    /// the attributes wanted, all required ones among them; empty for all. The others are read as if the API did not
    /// have them.
    package func list<Resource: NeutronResource>(
        _: Resource.Type = Resource.self, where filters: [(name: String, value: String)] = [], fields: [String] = [],
        within timeout: Duration
    ) async throws(NeutronClientError) -> [Resource] {
        let query = QueryString(filters + fields.map { ("fields", $0) })
        let all = try await pages(Resource.collectionName, at: Resource.path, query: query, within: timeout)
        return try resources(all, "list \(Resource.collectionName)")
    }

    /// The members of all pages of a list, which is at `path` below `/v2.0`, or where its name says.
    func pages(
        _ collection: String, at path: String? = nil, query: QueryString, within timeout: Duration
    ) async throws(NeutronClientError) -> [JSON] {
        let deadline = ContinuousClock.now + timeout
        let goal = "list \(collection)"
        var all: [JSON] = []
        var query = query
        for _ in 0..<Self.pageLimit {
            let request = Request(method: .GET, path: "/v2.0/\(path ?? collection)", query: query, goal: goal)
            let members = try object(try await send(request, within: max(.zero, deadline - .now)), goal: goal)
            guard let page = members[collection]?.array else { throw badReply(goal, "it has no \(collection)") }
            all += page
            guard let next = nextPage(members["\(collection)_links"]) else { return all }
            query = next
        }
        throw NeutronClientError(
            .badReply, "could not \(goal): \(endpoint) returns more than \(Self.pageLimit) pages")
    }

    /// The resource with this id; `nil` when there is none.
    package func find<Resource: NeutronResource>(
        _ id: ID<Resource>, within timeout: Duration
    ) async throws(NeutronClientError) -> Resource? {
        let request = Request(
            method: .GET, path: path(id), goal: "show \(Resource.memberName) \(id)")
        do {
            return try resource(try await send(request, within: timeout), request.goal)
        } catch let error where error.cause?.status == 404 {
            return nil
        }
    }

    /// The one resource with this id, or else with this name. `noun` is what the user calls such a resource,
    /// where it differs from the API's word.
    ///
    /// - Throws: `notFound` if there is none, `refused` if several share the name.
    package func resolve<Resource: NeutronResource>(
        _ reference: String, as noun: String = Resource.memberName, where filters: [(String, String)] = [],
        within timeout: Duration
    ) async throws(NeutronClientError) -> Resource {
        if let id = ID<Resource>(reference) {
            guard let found = try await find(id, within: timeout) else {
                throw NeutronClientError(.notFound, "there is no \(noun) with the id \(reference)")
            }
            return found
        }
        let found: [Resource] = try await list(where: [("name", reference)] + filters, within: timeout)
        switch found.count {
        case 1: return found[0]
        case 0: throw NeutronClientError(.notFound, "there is no \(noun) with the name \"\(reference)\"")
        default:
            let ids = found.map { "\($0.id)" }.sorted().joined(separator: ", ")
            throw NeutronClientError(
                .refused,
                "\(found.count) \(noun)s have the name \"\(reference)\": provide the id instead (\(ids))")
        }
    }

    /// Creates a resource; `noun` is what the user calls it, where it differs from the API's word.
    package func create<Create: NeutronCreate>(
        _ new: Create, as noun: String = Create.Resource.memberName, within timeout: Duration
    ) async throws(NeutronClientError) -> Create.Resource {
        let request = Request(
            method: .POST, path: "/v2.0/\(Create.Resource.path)",
            body: [Create.Resource.memberName: .object(new.wire)],
            goal: "create \(noun)\(new.name.isEmpty ? "" : " \(new.name)")")
        return try resource(try await send(request, within: timeout), request.goal)
    }

    /// Creates several at once: all of them or none.
    package func create<Create: NeutronCreate>(
        all new: [Create], within timeout: Duration
    ) async throws(NeutronClientError) -> [Create.Resource] {
        let collection = Create.Resource.collectionName
        let request = Request(
            method: .POST, path: "/v2.0/\(Create.Resource.path)",
            body: [collection: .array(new.map { .object($0.wire) })],
            goal: "create \(new.count) \(collection)")
        let members = try object(try await send(request, within: timeout), goal: request.goal)
        guard let made = members[collection]?.array else { throw badReply(request.goal, "it has no \(collection)") }
        return try resources(made, request.goal)
    }

    /// Changes a resource. Where it no longer has `revision`, throws `refused` with status 412.
    @discardableResult
    package func update<Update: NeutronUpdate>(
        _ id: ID<Update.Resource>, _ change: Update, ifRevision revision: Int? = nil, within timeout: Duration
    ) async throws(NeutronClientError) -> Update.Resource {
        let request = Request(
            method: .PUT, path: path(id), body: [Update.Resource.memberName: .object(change.wire)], revision: revision,
            goal: "change \(Update.Resource.memberName) \(id)")
        return try resource(try await send(request, within: timeout), request.goal)
    }

    /// Removes a resource; false if there is none. Where it no longer has `revision`, throws `refused` with status 412.
    @discardableResult
    package func remove<Resource: NeutronResource>(
        _ id: ID<Resource>, as noun: String = Resource.memberName, ifRevision revision: Int? = nil,
        within timeout: Duration
    ) async throws(NeutronClientError) -> Bool {
        let request = Request(
            method: .DELETE, path: path(id), revision: revision, goal: "delete \(noun) \(id)")
        do {
            _ = try await send(request, within: timeout)
            return true
        } catch let error where error.cause?.status == 404 {
            return false
        }
    }

    func path<Resource: NeutronResource>(_ id: ID<Resource>) -> String {
        "/v2.0/\(Resource.path)/\(id)"
    }

    /// The query of the link with `rel` `next`.
    private func nextPage(_ links: JSON?) -> QueryString? {
        for link in links?.array ?? [] where link.object?["rel"]?.string == "next" {
            guard let href = link.object?["href"]?.string, let mark = href.firstIndex(of: "?") else { continue }
            return QueryString(href[href.index(after: mark)...])
        }
        return nil
    }
}

/// Reading replies.
extension NeutronClient {
    func object(_ body: ByteBuffer, goal: String) throws(NeutronClientError) -> [String: JSON] {
        do {
            let json = try body.withUnsafeReadableBytes { try JSON(parsing: $0) }
            guard let members = json.object else { throw WireObject.Malformed(description: "it is not a JSON object") }
            return members
        } catch {
            throw badReply(goal, "\(error)")
        }
    }

    private func resource<Resource: NeutronResource>(
        _ body: ByteBuffer, _ goal: String
    ) throws(NeutronClientError) -> Resource {
        let members = try object(body, goal: goal)
        guard let one = members[Resource.memberName] else { throw badReply(goal, "it has no \(Resource.memberName)") }
        return try resources([one], goal)[0]
    }

    func resources<Resource: NeutronResource>(
        _ list: [JSON], _ goal: String
    ) throws(NeutronClientError) -> [Resource] {
        do {
            return try list.map { element in
                guard let members = element.object else {
                    throw WireObject.Malformed(description: "a \(Resource.memberName) is \(element)")
                }
                return try Resource(wire: WireObject(kind: Resource.memberName, members: members))
            }
        } catch {
            throw badReply(goal, "\(error)")
        }
    }

    private func badReply(_ goal: String, _ reason: String) -> NeutronClientError {
        NeutronClientError(.badReply, "could not \(goal): the reply of \(endpoint) is malformed: \(reason)")
    }
}
