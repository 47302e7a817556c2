package import JSONCoding

/// How many resources of each kind a project may have: -1 for any number.
package struct QuotaLimits: Hashable, Sendable {
    /// The kinds that have a limit, by their names in the API and in the order of replies, each with Neutron's own default.
    /// What cannot be made here has a limit too, since clients expect to see and set it.
    private static let standardLimits: [(kind: String, limit: Int)] = [
        ("network", 100),
        ("subnet", 100),
        ("subnetpool", -1),
        ("port", 500),
        ("router", 10),
        ("floatingip", 50),
        ("rbac_policy", 10),
        ("security_group", 10),
        ("security_group_rule", 100),
        ("trunk", -1),
    ]

    package static let kinds = standardLimits.map(\.kind)
    /// The largest limit, that of Neutron's column.
    package static let maximum = 2_147_483_647

    /// Neutron's defaults.
    package static let standard = QuotaLimits(
        Dictionary(standardLimits.map { ($0.kind, $0.limit) }, uniquingKeysWith: { $1 }))
    /// No limits.
    package static let none = QuotaLimits([:])

    private var limits: [String: Int]

    private init(_ limits: [String: Int]) { self.limits = limits }

    /// The limit of a kind; -1 for none, and for a kind that has no limits.
    package subscript(kind: String) -> Int {
        get { limits[kind] ?? -1 }
        set { limits[kind] = newValue < 0 ? nil : newValue }
    }

    /// With the limits that a project has of its own in place of the defaults.
    package func replaced(by own: [String: Int]) -> QuotaLimits {
        var limits = self
        for (kind, limit) in own { limits[kind] = limit }
        return limits
    }
}

/// How much of a limit is used.
package struct QuotaUsage: Hashable, Sendable {
    package let kind: String
    package let limit: Int
    package let used: Int

    package init(kind: String, limit: Int, used: Int) {
        (self.kind, self.limit, self.used) = (kind, limit, used)
    }
}

/// `PUT /v2.0/quotas/<project>`.
package struct QuotaUpdate: Hashable, Sendable {
    /// Those to set, by kind; the others stay.
    package var limits: [String: Int]
    /// Whether a limit below what is used is refused (extension `quota-check-limit`).
    package var checksUsage: Bool

    package init(limits: [String: Int], checksUsage: Bool = false) {
        (self.limits, self.checksUsage) = (limits, checksUsage)
    }

    package init(_ request: NeutronRequest) throws(NeutronError) {
        guard let json = request.members["quota"], json != .null else {
            throw .badRequest("Unable to find 'quota' in request body")
        }
        guard var members = json.object else { throw .badRequest("Object 'quota' contains invalid data") }
        // Says that usage is not to be checked, which is the default.
        members["force"] = nil
        let check = members.removeValue(forKey: "check_limit")
        let unknown = members.keys.filter { !QuotaLimits.kinds.contains($0) }
        guard unknown.isEmpty else { throw .badRequest("Unrecognized attribute(s) '\(unknown.sorted().listed)'") }
        limits = [:]
        for kind in QuotaLimits.kinds {
            guard let value = members[kind] else { continue }
            limits[kind] = try Kind.integer(-1...QuotaLimits.maximum).read(value, kind)
        }
        checksUsage = if let check, check != .null { try check.asBoolean() } else { false }
    }
}

extension JSONWriter {
    /// `{"network": 100, "subnet": 100, …}`
    package mutating func value(_ limits: QuotaLimits, of project: String? = nil) {
        object { writer in
            for kind in QuotaLimits.kinds {
                writer.name(kind)
                writer.value(limits[kind])
            }
            guard let project else { return }
            for name in ["project_id", "tenant_id"] {
                writer.name(name)
                writer.value(project)
            }
        }
    }

    /// `{"network": {"limit": 100, "used": 2, "reserved": 0}, …}`: nothing is reserved before it is made.
    package mutating func value(_ usages: [QuotaUsage]) {
        object { writer in
            for usage in usages {
                writer.name(usage.kind)
                writer.object {
                    $0.name("limit")
                    $0.value(usage.limit)
                    $0.name("used")
                    $0.value(usage.used)
                    $0.name("reserved")
                    $0.value(0)
                }
            }
        }
    }
}
