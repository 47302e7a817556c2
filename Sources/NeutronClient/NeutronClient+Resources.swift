import FoundationEssentials
import NIOCore
import NIOHTTP1
package import NeutronAPI

extension NeutronClient {
    /// A list's pages beyond this number are a loop.
    private static let pageLimit = 10_000

    /// All resources that match every filter, `("name", "ls0")`; two filters of one name are alternatives.
    package func list<Resource: NeutronResource>(
        _: Resource.Type = Resource.self, where filters: [(String, String)] = [], within timeout: Duration
    ) async throws(NeutronClientError) -> [Resource] {
        let deadline = ContinuousClock.now + timeout
        var all: [Resource] = []
        var query = filters
        for _ in 0..<Self.pageLimit {
            let request = Request(
                method: .GET, path: "/v2.0/\(Resource.collection)", query: query, goal: "list \(Resource.collection)")
            let members = try object(
                try await send(request, within: max(.zero, deadline - .now)), goal: request.goal)
            all += try resources(members[Resource.collection], request.goal)
            guard let next = nextPage(members["\(Resource.collection)_links"]) else { return all }
            query = next
        }
        throw NeutronClientError(
            .badReply, "could not list \(Resource.collection): \(endpoint) answers more than \(Self.pageLimit) pages")
    }

    /// The resource with this id; `nil` when there is none.
    package func find<Resource: NeutronResource>(
        _ id: ID<Resource>, within timeout: Duration
    ) async throws(NeutronClientError) -> Resource? {
        let request = Request(
            method: .GET, path: path(id), goal: "show \(Resource.kind) \(id)")
        do {
            return try resource(try await send(request, within: timeout), request.goal)
        } catch let error where error.cause?.status == 404 {
            return nil
        }
    }

    /// The one resource that a user's word means: an id, or else a name.
    /// - Throws: `refused` when nothing has that id or name, or when several share the name.
    package func resolve<Resource: NeutronResource>(
        _ reference: String, as _: Resource.Type = Resource.self, where filters: [(String, String)] = [],
        within timeout: Duration
    ) async throws(NeutronClientError) -> Resource {
        if let id = ID<Resource>(reference) {
            guard let found = try await find(id, within: timeout) else {
                throw NeutronClientError(.refused, "there is no \(Resource.kind) with the id \(reference)")
            }
            return found
        }
        let found: [Resource] = try await list(where: [("name", reference)] + filters, within: timeout)
        switch found.count {
        case 1: return found[0]
        case 0: throw NeutronClientError(.refused, "there is no \(Resource.kind) with the name \"\(reference)\"")
        default:
            let ids = found.map { "\($0.id)" }.sorted().joined(separator: ", ")
            throw NeutronClientError(
                .refused,
                "\(found.count) \(Resource.collection) have the name \"\(reference)\": provide the id instead (\(ids))")
        }
    }

    package func create<Create: NeutronCreate>(
        _ new: Create, within timeout: Duration
    ) async throws(NeutronClientError) -> Create.Resource {
        let request = Request(
            method: .POST, path: "/v2.0/\(Create.Resource.collection)",
            body: [Create.Resource.kind: .object(new.wire)],
            goal: "create \(Create.Resource.kind)\(new.name.isEmpty ? "" : " \(new.name)")")
        return try resource(try await send(request, within: timeout), request.goal)
    }

    /// Creates several at once: all of them or none.
    package func create<Create: NeutronCreate>(
        all new: [Create], within timeout: Duration
    ) async throws(NeutronClientError) -> [Create.Resource] {
        let collection = Create.Resource.collection
        let request = Request(
            method: .POST, path: "/v2.0/\(collection)", body: [collection: .array(new.map { .object($0.wire) })],
            goal: "create \(new.count) \(collection)")
        let members = try object(try await send(request, within: timeout), goal: request.goal)
        return try resources(members[collection], request.goal)
    }

    /// Changes a resource.
    /// - Parameter revision: the revision it must still have; `refused` with status 412 when it has moved on.
    @discardableResult
    package func update<Update: NeutronUpdate>(
        _ id: ID<Update.Resource>, _ change: Update, ifRevision revision: Int? = nil, within timeout: Duration
    ) async throws(NeutronClientError) -> Update.Resource {
        let request = Request(
            method: .PUT, path: path(id), body: [Update.Resource.kind: .object(change.wire)], revision: revision,
            goal: "change \(Update.Resource.kind) \(id)")
        return try resource(try await send(request, within: timeout), request.goal)
    }

    /// Removes a resource. Absent is success: `false`.
    @discardableResult
    package func remove<Resource: NeutronResource>(
        _ id: ID<Resource>, within timeout: Duration
    ) async throws(NeutronClientError) -> Bool {
        let request = Request(
            method: .DELETE, path: path(id), goal: "delete \(Resource.kind) \(id)")
        do {
            _ = try await send(request, within: timeout)
            return true
        } catch let error where error.cause?.status == 404 {
            return false
        }
    }

    private func path<Resource: NeutronResource>(_ id: ID<Resource>) -> String {
        "/v2.0/\(Resource.collection)/\(id)"
    }

    /// The query of the link with `rel` `next`.
    private func nextPage(_ links: JSON?) -> [(String, String)]? {
        for link in links?.array ?? [] where link.object?["rel"]?.string == "next" {
            guard let href = link.object?["href"]?.string, let mark = href.firstIndex(of: "?") else { continue }
            return href[href.index(after: mark)...].split(separator: "&").map { pair in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (percentDecoded(parts[0]), parts.count > 1 ? percentDecoded(parts[1]) : "")
            }
        }
        return nil
    }
}

/// Reading replies.
extension NeutronClient {
    private func object(_ body: ByteBuffer, goal: String) throws(NeutronClientError) -> [String: JSON] {
        do {
            return try JSONDecoder().decode([String: JSON].self, from: Data(body.readableBytesView))
        } catch {
            throw badReply(goal, "it is not a JSON object")
        }
    }

    private func resource<Resource: NeutronResource>(
        _ body: ByteBuffer, _ goal: String
    ) throws(NeutronClientError) -> Resource {
        let members = try object(body, goal: goal)
        guard let one = members[Resource.kind] else { throw badReply(goal, "it has no \(Resource.kind)") }
        return try resources(.array([one]), goal)[0]
    }

    private func resources<Resource: NeutronResource>(
        _ list: JSON?, _ goal: String
    ) throws(NeutronClientError) -> [Resource] {
        guard let array = list?.array else { throw badReply(goal, "it has no \(Resource.collection)") }
        do {
            return try array.map { element in
                guard let members = element.object else {
                    throw WireObject.Malformed(description: "a \(Resource.kind) is \(element)")
                }
                return try Resource(wire: WireObject(kind: Resource.kind, members: members))
            }
        } catch {
            throw badReply(goal, "\(error)")
        }
    }

    private func badReply(_ goal: String, _ reason: String) -> NeutronClientError {
        NeutronClientError(.badReply, "could not \(goal): the reply of \(endpoint) is not understood: \(reason)")
    }
}

/// Replaces `%XX` by its byte.
func percentDecoded(_ text: some StringProtocol) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
        if byte == UInt8(ascii: "%"), rest.count >= 2,
            let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        {
            bytes.append(value)
            rest.removeFirst(2)
        } else {
            bytes.append(byte)
        }
    }
    return String(decoding: bytes, as: UTF8.self)
}
