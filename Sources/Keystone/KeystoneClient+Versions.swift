import HTTPTransport
import JSONCoding
import NIOHTTP1

extension KeystoneClient {
    /// The Identity API at a URL.
    ///
    /// `wanted` decides, else the version in the URL, else the versions that Keystone reports.
    /// The links in its answer are not followed: behind a proxy they often are unreachable,
    /// and a password must go to the configured URL only.
    package func findIdentity(
        at authURL: String, version wanted: IdentityVersion?, within timeout: Duration
    ) async throws(KeystoneError) -> Identity {
        var base = authURL[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        guard base.hasPrefix("http://") || base.hasPrefix("https://") else {
            throw KeystoneError(.misconfigured, "the URL of keystone (OS_AUTH_URL) is \"\(authURL)\", not http(s)://…")
        }
        if let slash = base.lastIndex(of: "/") {
            let last = base[base.index(after: slash)...]
            let named: IdentityVersion? = last.hasPrefix("v") ? IdentityVersion(last) : nil
            if let named {
                let version = wanted ?? named
                return Identity(version: version, url: base[...slash] + version.rawValue)
            }
        }
        let version: IdentityVersion
        if let wanted { version = wanted } else { version = try await newestVersion(at: String(base), within: timeout) }
        return Identity(version: version, url: "\(base)/\(version.rawValue)")
    }

    /// Asks for the version document, whose status is 300 or 200.
    private func newestVersion(at base: String, within timeout: Duration) async throws(KeystoneError) -> IdentityVersion
    {
        let reply = try await send(.GET, "\(base)/", within: timeout)
        guard reply.status < 500 else {
            throw KeystoneError(.unreachable, "keystone at \(base) does not work: it returned status \(reply.status)")
        }
        let versions = reply.body?.object?["versions"]
        let listed = versions?.object?["values"]?.array ?? versions?.array ?? []
        let found = Set(listed.compactMap { $0.object?["id"]?.string }.compactMap { IdentityVersion($0) })
        if found.contains(.v3) { return .v3 }
        if found.contains(.v2) { return .v2 }
        throw KeystoneError(
            .badReply,
            "there is no identity API at \(base): is the URL right (OS_AUTH_URL; for ovn-ipam auth-url)? (it returned status \(reply.status))"
        )
    }
}
