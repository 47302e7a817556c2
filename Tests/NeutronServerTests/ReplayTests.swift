import DHCPOptions
import Deadlines
import Foundation
import HTTPTypes
import JSONCoding
import NetAddress
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

/// Replays requests whose answers were recorded from a real Neutron (with ML2/OVN, Keystone, users of two projects).
///
/// `RecordedAnswers.json` has the requests in their order, each with Neutron's status and body; those without `case`
/// are steps between that were not recorded. Recorded too, and left out: what is about routers, floating addresses and
/// QoS, the list of extensions (only what is true is listed here), and a name of 300,000 characters (which is refused
/// alike, but not repeated in full). In its texts
///
/// - `{name}` is the same wherever it stands: the first reply that has it tells what it is;
/// - `<mac>`, `<address>` and `<time>` are any of their kind: Neutron chose them by chance.
@Suite(.timeLimit(.minutes(2)))
struct ReplayTests {
    /// Where this server answers something else on purpose. `path` leads to it without the numbers of a list's
    /// elements.
    private static let deviations: [Deviation] = [
        Deviation("004", "resources", "the collections that there are: trunks too"),
        Deviation("004", "version", "clients that were given this URL look for a version there"),
        Deviation("006", "code", "every error has the networking API's form"),
        Deviation("006", "title", "every error has the networking API's form"),
        Deviation("006", "description", "every error has the networking API's form"),
        Deviation("006", "NeutronError", "every error has the networking API's form"),
        Deviation("", "is_default", "always shown; Neutron shows it of external networks and where one is made"),
        Deviation("", "provider:segmentation_id", "no ovn-northd runs in this test, so nothing has a tunnel key"),
        Deviation(
            "", "standard_attr_id",
            "a number of Neutron's database, which rules show within their group only and nobody can use"),
        Deviation("", "security_group_rules.tags", "rules cannot have tags, and do not show them outside their group"),
        Deviation("136", "port.dns_assignment", "names of addresses that were chosen by chance"),
        Deviation("138", "port.dns_assignment", "names of addresses that were chosen by chance"),
        Deviation("056", "status", "there are no provider networks to be in use"),
        Deviation("056", "NeutronError.type", "there are no provider networks"),
        Deviation("056", "NeutronError.message", "there are no provider networks"),
        Deviation("058", "NeutronError.message", "there are no provider networks"),
        Deviation("200", "NeutronError.message", "a long text is not repeated in full"),
    ]

    private struct Deviation: Sendable {
        /// The number of the case; empty for all.
        let number: String
        /// The whole path, or the beginning of one; its last name where it is for all cases.
        let path: String
        let reason: String

        init(_ number: String, _ path: String, _ reason: String) {
            (self.number, self.path, self.reason) = (number, path, reason)
        }

        func allows(_ difference: Difference) -> Bool {
            if difference.path == path, difference.step.hasPrefix(number) { return true }
            return number.isEmpty
                ? difference.path.hasSuffix(".\(path)")
                : difference.step.hasPrefix(number) && difference.path.hasPrefix("\(path).")
        }
    }

    @Test func `recorded requests are answered as Neutron answered them`() async throws {
        let file = try #require(Bundle.module.url(forResource: "RecordedAnswers", withExtension: "json"))
        let steps = try #require(try JSON(parsing: Array(Data(contentsOf: file))).array)
        try await withOVSDBServer(schema: .northbound) { northbound in
            try await withOVSDBServer(schema: .southbound) { southbound in
                // As the recorded Neutron had it.
                var configuration = NetworkStoreConfiguration()
                configuration.dnsDomain = DomainName("example.org.")
                configuration.quotas = .standard
                try await API.run(
                    on: northbound, southbound, authentication: .keystone(Users(), url: Users.url),
                    storing: configuration
                ) { api in
                    let root = try #require(try await api(.get, "/")["versions", "0", "links", "0", "href"]?.string)
                    var replay = Replay(variables: [
                        "base": String(root.dropLast("/v2.0/".count)), "keystone": Users.url, "member": "a",
                        "admin": "ops",
                    ])
                    for step in steps { try await replay.ask(api, try #require(step.object)) }
                    for difference in replay.differences {
                        #expect(Self.deviations.contains { $0.allows(difference) }, "\(difference)")
                    }
                    for deviation in Self.deviations {
                        #expect(
                            replay.differences.contains { deviation.allows($0) },
                            "\(deviation.number) \(deviation.path) is as Neutron's")
                    }
                }
            }
        }
    }
}

/// What this server answered where Neutron answered something else; nil is nothing at all.
private struct Difference: Sendable, CustomStringConvertible {
    let step: String
    let path: String
    let recorded: JSON?
    let answered: JSON?

    var description: String {
        "\(step): \(path) is \(answered?.shown ?? "left out"), Neutron's \(recorded?.shown ?? "is left out")"
    }
}

/// Asks what was recorded, and notes what is not as it was recorded.
private struct Replay {
    private var variables: [String: String]
    private(set) var differences: [Difference] = []
    private var step = ""

    init(variables: [String: String]) { self.variables = variables }

    mutating func ask(_ api: API, _ request: [String: JSON]) async throws {
        step = request["case"]?.string ?? "between: \(request["method"]?.text ?? "") \(request["path"]?.text ?? "")"
        var headers: HTTPFields = [:]
        headers[.authToken] = ["member": "alice", "admin": "root"][request["as"]?.text ?? ""]
        let method = try #require(request["method"]?.string.flatMap { HTTPRequest.Method($0) })
        let path = substituted(try #require(request["path"]?.string))
        let reply = try await api(method, path, request["body"].map { substituted($0) }, headers: headers)
        compare(request["status"], .integer(Int64(reply.status)), "status")
        if let header = request["authenticate"] {
            compare(header, reply.headers[.wwwAuthenticate].map { .string($0) }, "authenticate")
        }
        guard let recorded = request["reply"] else {
            if request["case"] != nil, !reply.text.isEmpty { note("", nil, reply.json) }
            return
        }
        // What is not in order in the query is in that of Neutron's identifiers.
        compare(recorded, reply.json, "", byName: !path.contains("sort_key"), isWhole: request["case"] != nil)
        if recorded == .null { compare("null", .string(reply.text), "body") }
    }

    private mutating func compare(
        _ recorded: JSON?, _ answered: JSON?, _ path: String, byName: Bool = false, isWhole: Bool = true
    ) {
        switch (recorded, answered) {
        case (.object(let old), .object(let new)):
            for name in Set(old.keys).union(isWhole ? Array(new.keys) : []).sorted() {
                compare(
                    old[name], new[name], path.isEmpty ? name : "\(path).\(name)", byName: byName, isWhole: isWhole)
            }
        case (.array(let old), .array(let new)) where old.count == new.count:
            for (old, new) in zip(ordered(old, path, byName), ordered(new, path, byName)) {
                compare(old, new, path, byName: byName, isWhole: isWhole)
            }
        case (.string(let old), .string(let new)):
            if !matches(old, new) { note(path, recorded, answered) }
        default:
            if recorded != answered { note(path, recorded, answered) }
        }
    }

    private mutating func note(_ path: String, _ recorded: JSON?, _ answered: JSON?) {
        differences.append(Difference(step: step, path: path, recorded: recorded, answered: answered))
    }

    /// Lists whose order is that of identifiers, in one that is the same for both: resources by their names.
    private func ordered(_ list: [JSON], _ path: String, _ byName: Bool) -> [JSON] {
        if path.hasSuffix("network.subnets") { return list.map { substituted($0) }.sorted { $0.text < $1.text } }
        if path.hasSuffix("security_group_rules") {
            return list.sorted { Self.meaning(of: $0) < Self.meaning(of: $1) }
        }
        guard byName, list.allSatisfy({ $0.object?["name"]?.string != nil }) else { return list }
        return list.sorted { ($0.object?["name"]?.text ?? "") < ($1.object?["name"]?.text ?? "") }
    }

    /// What a rule allows, to tell the rules of one group apart.
    private static func meaning(of rule: JSON) -> String {
        ["direction", "ethertype", "protocol"].map { rule.object?[$0]?.shown ?? "" }.joined(separator: " ")
    }

    private mutating func matches(_ recorded: String, _ answered: String) -> Bool {
        switch recorded {
        case "<mac>": return MACAddress(answered) != nil
        case "<address>": return IPAddress(answered) != nil
        case "<time>": return Timestamp(answered) != nil
        default: break
        }
        let known = substituted(recorded)
        // The first occurrence defines the name's value.
        if known == recorded, recorded.hasPrefix("{"), recorded.hasSuffix("}") {
            variables[String(recorded.dropFirst().dropLast())] = answered
            return true
        }
        return known == answered
    }

    private func substituted(_ text: String) -> String {
        guard text.contains("{") else { return text }
        return variables.reduce(text) { $0.replacingOccurrences(of: "{\($1.key)}", with: $1.value) }
    }

    private func substituted(_ json: JSON) -> JSON {
        switch json {
        case .string(let text): .string(substituted(text))
        case .array(let elements): .array(elements.map(substituted))
        case .object(let members): .object(members.mapValues(substituted))
        default: json
        }
    }
}
