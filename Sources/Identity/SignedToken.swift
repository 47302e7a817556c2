import Crypto
package import Deadlines
package import NeutronAPI

/// A token: whose it is, for what, from when to when, signed with HMAC-SHA-256 (RFC 2104) by a key of the service.
///
/// What it says is checked against the database whenever it is used, so that it carries no roles. Text is base 64 for
/// URLs (RFC 4648 §5) of a version, the fields below in their order, big-endian, and the signature: 180 characters at most.
package struct SignedToken: Hashable, Sendable {
    /// How its owner has authenticated, as a set: a token got by a token has what that one had, too.
    package struct Methods: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static let password = Self(rawValue: 1)
        package static let token = Self(rawValue: 2)
        package static let applicationCredential = Self(rawValue: 4)

        /// Keystone's names.
        package var names: [String] {
            [(Self.password, "password"), (.token, "token"), (.applicationCredential, "application_credential")]
                .filter { contains($0.0) }.map(\.1)
        }
    }

    package var methods: Methods
    package var issuedAt: Timestamp
    package var expiresAt: Timestamp
    /// Its user's ``IdentityUser/generation`` when it was issued.
    package var generation: Int
    package var userID: ID<IdentityUser>
    /// What it is revoked by.
    package var auditID: ID<RevokedToken>
    package var projectID: ID<IdentityProject>?
    package var credentialID: ID<ApplicationCredential>?
    /// The audit identifier of the first token of the chain that it was got by.
    package var firstAuditID: ID<RevokedToken>?

    package init(
        methods: Methods, issuedAt: Timestamp, expiresAt: Timestamp, generation: Int, userID: ID<IdentityUser>,
        auditID: ID<RevokedToken> = .random(), projectID: ID<IdentityProject>? = nil,
        credentialID: ID<ApplicationCredential>? = nil, firstAuditID: ID<RevokedToken>? = nil
    ) {
        self.methods = methods
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.generation = generation
        self.userID = userID
        self.auditID = auditID
        self.projectID = projectID
        self.credentialID = credentialID
        self.firstAuditID = firstAuditID
    }

    /// Its audit identifiers, its own first, in Keystone's form.
    package var auditIDs: [String] {
        [auditID, firstAuditID].compactMap { $0 }.map { id in
            var bytes: [UInt8] = []
            bytes.append(id)
            return Base64URL.text(bytes)
        }
    }
}

/// A key for signing tokens: 32 random bytes.
package struct SigningKey: Sendable {
    /// From 1 on; a token has the number of its key.
    package let number: UInt32
    let key: SymmetricKey

    /// Nil unless `secret` is 64 hexadecimal digits.
    package init?(number: Int, secret: String) {
        guard let number = UInt32(exactly: number), secret.utf8.count == 64 else { return nil }
        var bytes: [UInt8] = []
        let digits = Array(secret.utf8)
        for place in stride(from: 0, to: 64, by: 2) {
            // Not a sign, which the initializer of a number takes.
            guard UInt8(ascii: "0") <= digits[place],
                let byte = UInt8(String(decoding: digits[place..<place + 2], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        (self.number, key) = (number, SymmetricKey(data: bytes))
    }

    /// The text of a new key.
    package static func newSecret() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
}

/// Why a text is not a token.
package enum TokenFault: Error, Hashable, Sendable {
    /// It is not of a token's form.
    case malformed
    /// There is no key of this number; it may be new.
    case unknownKey(UInt32)
    /// The signature is not that of the rest.
    case forged
}

extension SignedToken {
    private static let version: UInt8 = 1
    private static let fixedSize = 58
    private static let signatureSize = 32
    /// Longer texts are no tokens.
    package static let maximumLength = 184

    private struct Parts: OptionSet {
        let rawValue: UInt8
        static let project = Self(rawValue: 1)
        static let credential = Self(rawValue: 2)
        static let first = Self(rawValue: 4)
        static let all: Self = [.project, .credential, .first]

        var count: Int { rawValue.nonzeroBitCount }
    }

    /// The text of the token.
    package func signed(with key: SigningKey) -> String {
        var parts: Parts = []
        if projectID != nil { parts.insert(.project) }
        if credentialID != nil { parts.insert(.credential) }
        if firstAuditID != nil { parts.insert(.first) }
        var bytes: [UInt8] = [Self.version, parts.rawValue << 3 | methods.rawValue]
        bytes.append(key.number)
        bytes.append(UInt64(bitPattern: issuedAt.seconds))
        bytes.append(UInt64(bitPattern: expiresAt.seconds))
        bytes.append(UInt32(truncatingIfNeeded: generation))
        bytes.append(userID)
        bytes.append(auditID)
        if let projectID { bytes.append(projectID) }
        if let credentialID { bytes.append(credentialID) }
        if let firstAuditID { bytes.append(firstAuditID) }
        bytes += HMAC<SHA256>.authenticationCode(for: bytes, using: key.key)
        return Base64URL.text(bytes)
    }

    /// Reads a token and checks its signature, in a time that does not depend on where that is wrong. Whether the token is
    /// still valid is another question.
    package init(_ text: String, key: (UInt32) -> SigningKey?) throws(TokenFault) {
        guard text.utf8.count <= Self.maximumLength, let bytes = Base64URL.bytes(text),
            bytes.count >= Self.fixedSize + Self.signatureSize, bytes[0] == Self.version
        else { throw .malformed }
        let (parts, methods) = (Parts(rawValue: bytes[1] >> 3), Methods(rawValue: bytes[1] & 7))
        guard parts.isSubset(of: .all),
            bytes.count == Self.fixedSize + 16 * parts.count + Self.signatureSize
        else { throw .malformed }
        var rest = bytes[2..<bytes.count - Self.signatureSize]
        let number = rest.take(UInt32.self)
        guard let key = key(number) else { throw .unknownKey(number) }
        let isValid = bytes.withUnsafeBytes { bytes in
            let (message, signature) = (bytes.dropLast(Self.signatureSize), bytes.suffix(Self.signatureSize))
            return HMAC<SHA256>.isValidAuthenticationCode(
                Array(signature), authenticating: Array(message), using: key.key)
        }
        guard isValid else { throw .forged }
        self.init(
            methods: methods, issuedAt: Timestamp(seconds: Int64(bitPattern: rest.take(UInt64.self))),
            expiresAt: Timestamp(seconds: Int64(bitPattern: rest.take(UInt64.self))),
            generation: Int(rest.take(UInt32.self)), userID: rest.takeID(), auditID: rest.takeID())
        if parts.contains(.project) { projectID = rest.takeID() }
        if parts.contains(.credential) { credentialID = rest.takeID() }
        if parts.contains(.first) { firstAuditID = rest.takeID() }
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append<Of>(_ id: ID<Of>) {
        append(id.high)
        append(id.low)
    }
}

extension ArraySlice<UInt8> {
    /// The lengths have been compared before.
    fileprivate mutating func take<Number: FixedWidthInteger>(_ type: Number.Type) -> Number {
        var number: Number = 0
        for _ in 0..<Number.bitWidth / 8 { number = number << 8 | Number(truncatingIfNeeded: popFirst() ?? 0) }
        return number
    }

    fileprivate mutating func takeID<Of>() -> ID<Of> { ID(high: take(UInt64.self), low: take(UInt64.self)) }
}
