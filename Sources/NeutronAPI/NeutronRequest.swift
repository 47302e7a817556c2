package import JSONCoding

/// The body of a `POST`: one resource, or many (`{"networks": [{…}, {…}]}`).
package enum CreateBody<Of: Resource>: Sendable {
    case one(Of.Create)
    case bulk([Of.Create])

    package var requests: [Of.Create] {
        switch self {
        case .one(let request): [request]
        case .bulk(let requests): requests
        }
    }
}

/// Reads request bodies: JSON, the resource's name around the attributes, and then the attributes.
package struct NeutronRequest: Sendable {
    package let members: [String: JSON]

    /// Refuses what is not a JSON object, and one of more values than `limit`. Nothing at all is an object without members.
    package init(_ bytes: UnsafeRawBufferPointer, values limit: Int = .max) throws(NeutronError) {
        if bytes.isEmpty {
            members = [:]
            return
        }
        do throws(JSONSyntaxError) {
            guard case .object(let members) = try JSON(parsing: bytes, values: limit) else {
                throw JSONSyntaxError(reason: "", offset: 0)
            }
            self.members = members
        } catch {
            throw .badRequest(error.isLimit ? "The body is \(error)." : "Body contains invalid data")
        }
    }

    /// How many resources the request is about, those that a trunk is to carry among them; what a change costs goes by it.
    package func count<Of: Resource>(of type: Of.Type) -> Int {
        let bulk = members[Of.collectionName]?.array
        let each = bulk ?? members[Of.memberName].map { [$0] } ?? []
        let subports = each.reduce(members["sub_ports"]?.array?.count ?? 0) { sum, json in
            let inner = json.object?[Of.memberName] ?? json
            return sum + (inner.object?["sub_ports"]?.array?.count ?? 0)
        }
        return each.count + subports
    }

    package init(_ members: [String: JSON]) { self.members = members }

    package func create<Of: Resource>(_ type: Of.Type, defaultProject: String) throws(NeutronError) -> CreateBody<Of> {
        guard let collection = members[Of.collectionName] else {
            return .one(try create(type, members[Of.memberName], defaultProject))
        }
        guard case .array(let items) = collection else { throw .badRequest("Body contains invalid data") }
        guard !items.isEmpty else { throw .badRequest("Resources required") }
        var requests: [Of.Create] = []
        requests.reserveCapacity(items.count)
        for item in items {
            // Each may be wrapped in its own name once more.
            let inner = item.object?[Of.memberName] ?? item
            requests.append(try create(type, inner, defaultProject))
        }
        return .bulk(requests)
    }

    package func update<Of: Resource>(_ type: Of.Type) throws(NeutronError) -> Of.Update {
        guard members[Of.collectionName] == nil else { throw .badRequest("Bulk operation not supported") }
        var reader = try RequestReader(
            try attributes(type, members[Of.memberName]), for: type, .update, defaultProject: "")
        return try Of.update(from: &reader)
    }

    /// What each resource of the request is given, as it was sent: for rules about who may say what, which come before the
    /// attributes are read. Empty where the form is wrong, which ``create(_:defaultProject:)`` and ``update(_:)`` refuse.
    package func given<Of: Resource>(to type: Of.Type) -> [[String: JSON]] {
        if let items = members[Of.collectionName]?.array {
            return items.compactMap { ($0.object?[Of.memberName] ?? $0).object }
        }
        return members[Of.memberName]?.object.map { [$0] } ?? []
    }

    private func create<Of: Resource>(
        _ type: Of.Type, _ value: JSON?, _ defaultProject: String
    ) throws(NeutronError) -> Of.Create {
        var reader = try RequestReader(try attributes(type, value), for: type, .create, defaultProject: defaultProject)
        return try Of.create(from: &reader)
    }

    private func attributes<Of: Resource>(_ type: Of.Type, _ value: JSON?) throws(NeutronError) -> [String: JSON] {
        switch value {
        case nil, .null: throw .badRequest("Unable to find '\(Of.memberName)' in request body")
        case .object(let members): return members
        default: throw .badRequest("Object '\(Of.memberName)' contains invalid data")
        }
    }

    /// `{"tags": […]}`: without duplicates, each at most 255 characters, in the order of the request.
    package func tags(_ collection: String) throws(NeutronError) -> [String] {
        guard let value = members["tags"] else { throw .invalidInput("Invalid tags body") }
        do throws(Refusal) { return try Tags.list(value, collection) } catch { throw .invalidInput(error.reason) }
    }
}

/// The rules for tags.
package enum Tags {
    package static let maximumCount = 50

    /// Refuses a tag that is too long.
    package static func validate(_ tag: String) throws(NeutronError) {
        do throws(Refusal) { _ = try JSON.string(tag).asText(255) } catch { throw .invalidInput(error.reason) }
    }

    /// Refuses more tags than a resource may have.
    package static func validate(count: Int, _ collection: String) throws(NeutronError) {
        guard count <= maximumCount else {
            throw .badRequest(
                resource: collection, "The number of tags exceed the per-resource limit of \(maximumCount)")
        }
    }

    static func list(_ value: JSON, _ collection: String) throws(Refusal) -> [String] {
        guard case .array(let items) = value else { throw Refusal("'\(value.shown)' is not a list") }
        var seen: Set<String> = []
        var tags: [String] = []
        for item in items {
            let tag = try item.asText(255)
            guard seen.insert(tag).inserted else {
                throw Refusal("Duplicate items in the list: '\(item.shown)'")
            }
            tags.append(tag)
        }
        return tags
    }
}
