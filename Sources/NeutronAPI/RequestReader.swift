import JSONCoding

/// Takes the validated attributes out of one resource of a request body.
package struct RequestReader {
    /// The owner of what a request makes without saying whose it is.
    package let defaultProject: String
    private let members: [String: JSON]

    /// Checks the names first: an attribute that the resource does not have, or that this kind of request may not carry,
    /// refuses the whole request.
    init<Of: Resource>(
        _ members: [String: JSON], for type: Of.Type, _ access: Attribute<Of>.Access, defaultProject: String
    ) throws(NeutronError) {
        self.defaultProject = defaultProject
        var members = members
        if access == .create, let project = members["project_id"], let tenant = members["tenant_id"], project != tenant
        {
            throw .badRequest("'project_id' and 'tenant_id' do not match")
        }
        var unknown: [String] = []
        var forbidden: String?
        for (name, value) in members {
            if let attribute = Of.attributes[name], attribute.access.contains(access) { continue }
            if let feature = UnusedFeature(name) {
                guard feature.isUnused(value) else { throw feature.refusal(value) }
                members[name] = nil
            } else if let attribute = Of.attributes[name], attribute.write != nil || !attribute.access.isEmpty {
                forbidden = min(forbidden ?? name, name)
            } else {
                unknown.append(name)
            }
        }
        guard unknown.isEmpty else {
            throw .badRequest("Unrecognized attribute(s) '\(unknown.sorted().listed)'")
        }
        if let forbidden {
            throw .badRequest(
                access == .create
                    ? "Attribute '\(forbidden)' not allowed in POST" : "Cannot update read-only attribute \(forbidden)")
        }
        self.members = members
    }

    /// The value of an attribute; nil where it was left out.
    func member(_ name: String) -> JSON? { members[name] }

    /// The converted value; nil where the attribute was left out.
    func value<Value>(
        _ name: String, _ convert: (JSON) throws(Refusal) -> Value
    ) throws(NeutronError) -> Value? {
        guard let value = members[name] else { return nil }
        do throws(Refusal) { return try convert(value) } catch {
            throw .invalidInput(for: name, error)
        }
    }

    /// The same for an attribute for which null means something.
    func field<Value>(
        _ name: String, _ convert: (JSON) throws(Refusal) -> Value
    ) throws(NeutronError) -> Field<Value> {
        if members[name] == .null { return .null }
        let converted: Value? = try value(name, convert)
        return converted.map { .value($0) } ?? .absent
    }

    /// The same for an attribute that a request must have.
    func required<Value>(
        _ name: String, _ convert: (JSON) throws(Refusal) -> Value
    ) throws(NeutronError) -> Value {
        guard let converted = try value(name, convert) else {
            throw .missingAttribute(name)
        }
        return converted
    }

    func boolean(_ name: String) throws(NeutronError) -> Bool? { try members[name]?.asBoolean() }

    func integer(_ name: String) throws(NeutronError) -> Int? { try members[name]?.asInteger() }

    func text(_ name: String) throws(NeutronError) -> String? {
        try value(name) { json throws(Refusal) in try json.asText(255) }
    }

    func name() throws(NeutronError) -> String? {
        try value("name") { json throws(Refusal) in try json.asName(255) }
    }

    /// The only text of several lines.
    func description() throws(NeutronError) -> String? {
        try value("description") { json throws(Refusal) in try json.asText(255, isBlock: true) }
    }

    func project() throws(NeutronError) -> String {
        if let project = try text("project_id") { return project }
        return try text("tenant_id") ?? defaultProject
    }

    /// One of an enumeration's values.
    func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Value.Type
    ) throws(NeutronError) -> Value? where Value.RawValue == String {
        try value(name) { json throws(Refusal) in
            guard case .string(let text) = json, let value = Value(rawValue: text) else {
                throw Refusal("\(json.shown) is not in \(Value.allCases.map(\.rawValue).pythonList)")
            }
            return value
        }
    }
}
