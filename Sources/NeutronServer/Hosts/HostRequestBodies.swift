import Certificates
import Hummingbird
import JSONCoding
import NIOCore
import NetAddress
import NetworkStore
import NeutronAPI

/// What hosts send. Everything is bounded, and refused with the member's name.
enum HostBody {
    /// Of a body, in bytes.
    static let limit = 16_384
    /// Values in a body.
    private static let values = 128
    /// Characters of a version.
    private static let versionLength = 64
    private static let versionNames = ["ovs", "ovn", "ovn_containers"]
    /// Fingerprints of authorities.
    private static let trustedCount = 8

    /// The object that is a request's body.
    static func read(_ request: Request) async throws -> [String: JSON] {
        if let declared = request.headers[.contentLength].flatMap({ Int($0) }), declared > limit {
            throw NeutronError.bodyTooLarge(limit)
        }
        var buffer = ByteBuffer()
        for try await part in request.body {
            guard buffer.readableBytes + part.readableBytes <= limit else { throw NeutronError.bodyTooLarge(limit) }
            buffer.writeImmutableBuffer(part)
        }
        let json: JSON
        do {
            json = try buffer.withUnsafeReadableBytes { bytes in try JSON(parsing: bytes, values: values) }
        } catch { throw NeutronError.badRequest("The body is not JSON: \(error)") }
        guard let members = json.object else { throw NeutronError.badRequest("The body is not a JSON object") }
        return members
    }

    /// `POST /hosts/v1/join`.
    struct Join {
        let secretHash: String
        let request: HostRequest
        let name: CertificateName
        let host: JoiningHost

        /// The hash of the secret alone; nil where what is there cannot be one.
        static func secretHash(_ members: [String: JSON]) -> String? {
            members["secret"]?.string.flatMap { JoinToken.hash(ofSecret: $0) }
        }

        init(_ members: [String: JSON], secretHash: String) throws {
            self.secretHash = secretHash
            let systemID = try HostBody.text("system_id", members)
            guard let name = CertificateName(systemID), HostBody.isName(systemID, upTo: 64) else {
                throw HostBody.refusal("system_id", "1 to 64 printable characters without blanks and commas")
            }
            let hostName = try HostBody.text("host_name", members)
            guard HostBody.isName(hostName, upTo: 253) else {
                throw HostBody.refusal("host_name", "1 to 253 printable characters without blanks and commas")
            }
            guard let address = IPAddress(try HostBody.text("tunnel_address", members)), HostBody.isUsable(address)
            else {
                throw HostBody.refusal("tunnel_address", "an address that other hosts can send to")
            }
            request = try HostBody.signingRequest(members)
            self.name = name
            host = JoiningHost(
                systemID: systemID, hostName: hostName, tunnelAddress: address, keyHash: request.publicKeyHash,
                versions: try HostBody.versions(members) ?? [:])
        }
    }

    /// `POST /hosts/v1/certificate`.
    struct Renewal {
        let request: HostRequest
        let trusted: [String]
        let versions: [String: String]?

        init(_ members: [String: JSON]) throws {
            request = try HostBody.signingRequest(members)
            versions = try HostBody.versions(members)
            guard let json = members["authorities"], json != .null else {
                trusted = []
                return
            }
            guard let items = json.array, items.count <= HostBody.trustedCount else {
                throw HostBody.refusal("authorities", "a list of at most \(HostBody.trustedCount) fingerprints")
            }
            trusted = try items.map { item in
                guard let text = item.string, text.utf8.count == 2 * Fingerprint.size,
                    text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
                else { throw HostBody.refusal("authorities", "a list of SHA-256 fingerprints in hexadecimal") }
                return text
            }
        }
    }

    // MARK: Members

    private static func refusal(_ name: String, _ expected: String) -> NeutronError {
        .badRequest("'\(name)' is not \(expected)")
    }

    private static func text(_ name: String, _ members: [String: JSON]) throws(NeutronError) -> String {
        guard let text = members[name]?.string else { throw .badRequest("'\(name)' is not there, or is no text") }
        return text
    }

    private static func isName(_ text: String, upTo limit: Int) -> Bool {
        1...limit ~= text.utf8.count
            && text.utf8.allSatisfy { 0x21...0x7e ~= $0 && $0 != UInt8(ascii: ",") }
    }

    private static func isUsable(_ address: IPAddress) -> Bool {
        let first = address.octets[0]
        switch address.version {
        case .v4: return first != 0 && first != 127 && first < 224
        case .v6: return first != 0xff && address.bits > 1
        }
    }

    private static func signingRequest(_ members: [String: JSON]) throws -> HostRequest {
        do { return try HostRequest(pem: try text("request", members)) } catch let error as CredentialError {
            throw NeutronError.badRequest("'request': \(error)")
        }
    }

    private static func versions(_ members: [String: JSON]) throws(NeutronError) -> [String: String]? {
        guard let json = members["versions"], json != .null else { return nil }
        guard let object = json.object else { throw refusal("versions", "an object") }
        var versions: [String: String] = [:]
        for name in versionNames {
            guard let value = object[name], value != .null else { continue }
            guard let text = value.string, text.utf8.count <= versionLength, text.utf8.allSatisfy({ 0x20...0x7e ~= $0 })
            else { throw refusal("versions", "an object of texts of at most \(versionLength) characters") }
            versions[name] = text
        }
        return versions
    }
}
