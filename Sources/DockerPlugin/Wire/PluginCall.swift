import HostSetup
package import JSONCoding
import NetAddress
import NeutronAPI

/// A call of the engine's: `NetworkDriver.Join` and the members of its body.
///
/// Members that are not known are left alone: every version of the engine adds some.
struct PluginCall: Sendable {
    let method: String
    let members: [String: JSON]

    /// - Throws: `usage` where the body is not an object. The engine sends an empty one when it repeats a call whose answer it lost.
    init(_ method: String, body: some Sequence<UInt8>) throws(HostError) {
        self.method = method
        let bytes = Array(body)
        guard !bytes.isEmpty else {
            members = [:]
            return
        }
        let json: JSON
        do { json = try JSON(parsing: bytes) } catch {
            throw HostError(.usage, "the body of \(method) is not JSON: \(error)")
        }
        guard let members = json.object else { throw HostError(.usage, "the body of \(method) is not a JSON object") }
        try MemberKind.check(members, of: method)
        self.members = members
    }

    /// Refuses the empty body of a call that needs one.
    func checkBody() throws(HostError) {
        guard members.isEmpty else { return }
        throw HostError(
            .usage,
            "\(method) has an empty body, as when the engine repeats a call whose answer was lost; nothing was done")
    }

    /// A member that is text; empty where it is absent.
    func text(_ name: String) -> String { members[name]?.string ?? "" }

    /// An id of libnetwork's: letters and digits.
    func id(_ name: String) throws(HostError) -> String {
        let text = text(name)
        guard 1...128 ~= text.utf8.count, text.utf8.allSatisfy(Self.isWordByte) else {
            throw HostError(.usage, "\(method): \(name) \"\(text.prefix(140))\" is not an id")
        }
        return text
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Names and values, whatever scalar a value is; empty where the member is absent or null.
    func options(_ name: String) -> [String: String] { Self.options(members[name]) }

    static func options(_ json: JSON?) -> [String: String] {
        (json?.object ?? [:]).compactMapValues { value in
            switch value {
            case .string(let text): text
            case .boolean(let value): value ? "true" : "false"
            case .integer(let value): "\(value)"
            default: nil
            }
        }
    }

    /// An address, as `10.1.0.5` or `10.1.0.5/16`; nil where the member is absent or empty.
    func address(_ name: String) throws(HostError) -> IPAddress? {
        let text = text(name)
        guard !text.isEmpty else { return nil }
        guard let address = IPAddress(text) ?? InterfaceAddress(text)?.address else {
            throw HostError(.usage, "\(method): \(name) \"\(text.prefix(80))\" is not an address")
        }
        return address
    }

    /// A subnet; nil where the member is absent or empty.
    func prefix(_ name: String) throws(HostError) -> IPPrefix? {
        let text = text(name)
        guard !text.isEmpty else { return nil }
        guard let prefix = InterfaceAddress(text)?.prefix else {
            throw HostError(.usage, "\(method): \(name) \"\(text.prefix(80))\" is not a subnet")
        }
        return prefix
    }
}

/// What the engine gets.
package struct PluginReply: Sendable, Equatable {
    /// 200, or anything else with the reason in the body. Not 404, by which the engine understands that the method is unknown.
    package let status: Int
    package let body: JSON

    static func success(_ members: [String: JSON] = [:]) -> PluginReply {
        PluginReply(status: 200, body: .object(members))
    }

    /// Both of the members that the engine looks for: `Err` for networks, `Error` for addresses.
    static func failure(_ error: HostError, status: Int? = nil) -> PluginReply {
        let code = status ?? (error.code == .unreachable ? 503 : error.code == .usage ? 400 : 500)
        return PluginReply(status: code, body: ["Err": .string(error.message), "Error": .string(error.message)])
    }
}
