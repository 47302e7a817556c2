import Foundation
import HTTPTransport
import Testing

@testable import Keystone

/// Clouds from RC files, clouds.yaml and options.
@Suite struct CloudTests {
    /// A folder with these files, which is home too.
    private func load(
        _ environment: [String: String], files: [String: String] = [:], options: [CloudSetting: String] = [:],
        cloud: String? = nil
    ) throws -> Cloud {
        let folder = FileManager.default.temporaryDirectory.appending(path: "clouds-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in files {
            let file = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let environment = environment.mapValues { $0.replacingOccurrences(of: "FOLDER", with: folder.path) }
        return try Cloud.load(
            options: options, cloud: cloud, environment: environment.merging(["HOME": folder.path]) { $1 },
            folder: folder.path)
    }

    private func credentials(_ cloud: Cloud) throws -> Credentials {
        guard case .keystone(let credentials) = cloud.login else {
            throw KeystoneError(.misconfigured, "there is no login")
        }
        return credentials
    }

    private func message(_ body: () throws -> Void) -> String {
        #expect(throws: KeystoneError.self) { try body() }?.message ?? ""
    }

    static let v3 = [
        "OS_AUTH_URL": "http://k:5000/v3", "OS_USERNAME": "demo", "OS_PASSWORD": "hush", "OS_PROJECT_NAME": "web",
        "OS_USER_DOMAIN_NAME": "Users", "OS_PROJECT_DOMAIN_ID": "d1", "OS_REGION_NAME": "two",
        "OS_INTERFACE": "internal", "OS_IDENTITY_API_VERSION": "3",
    ]

    @Test func `an RC file of version 3`() throws {
        let cloud = try load(Self.v3)
        let expected = Credentials(
            authURL: "http://k:5000/v3", version: .v3,
            method: .password(.name("demo", domain: .name("Users")), Secret("hush")),
            scope: .project(.name("web", domain: .id("d1"))))
        #expect(try credentials(cloud) == expected)
        #expect(cloud.region == "two" && cloud.interface == .internal && cloud.endpoint == nil)
    }

    @Test func `an RC file of version 2`() throws {
        let cloud = try load([
            "OS_AUTH_URL": "http://k:5000/v2.0", "OS_USERNAME": "demo", "OS_PASSWORD": "hush", "OS_TENANT_ID": "t1",
            "OS_TENANT_NAME": "web", "OS_REGION_NAME": "", "OS_ENDPOINT_TYPE": "publicURL",
        ])
        let expected = Credentials(
            authURL: "http://k:5000/v2.0", method: .password(.name("demo", domain: nil), Secret("hush")),
            scope: .project(.id("t1")))
        #expect(try credentials(cloud) == expected)
        #expect(cloud.region == nil && cloud.interface == .public)
    }

    @Test func `ids, the default domain and a domain for both`() throws {
        var environment = Self.v3
        environment["OS_USER_DOMAIN_NAME"] = nil
        environment["OS_PROJECT_DOMAIN_ID"] = nil
        environment["OS_DEFAULT_DOMAIN"] = "d9"
        #expect(try credentials(try load(environment)).defaultDomain == .id("d9"))
        environment["OS_DOMAIN_NAME"] = "Both"
        let both = try credentials(try load(environment))
        #expect(both.method == .password(.name("demo", domain: .name("Both")), Secret("hush")))
        #expect(both.scope == .project(.name("web", domain: .name("Both"))))
        environment["OS_USER_ID"] = "u1"
        #expect(try credentials(try load(environment)).method == .password(.id("u1"), Secret("hush")))
    }

    @Test func `a token, an application credential and no login at all`() throws {
        let token = try load(["OS_AUTH_URL": "http://k", "OS_TOKEN": "t", "OS_PROJECT_ID": "p"])
        #expect(try credentials(token).method == .token(Secret("t")))
        var environment = [
            "OS_AUTH_TYPE": "v3applicationcredential", "OS_AUTH_URL": "http://k",
            "OS_APPLICATION_CREDENTIAL_ID": "a1", "OS_APPLICATION_CREDENTIAL_SECRET": "s",
        ]
        let byID = try credentials(try load(environment))
        #expect(byID.method == .applicationCredential(.id("a1"), Secret("s")) && byID.scope == .unscoped)
        environment["OS_APPLICATION_CREDENTIAL_ID"] = nil
        environment["OS_APPLICATION_CREDENTIAL_NAME"] = "mine"
        environment["OS_USERNAME"] = "demo"
        let byName = try credentials(try load(environment))
        #expect(byName.method == .applicationCredential(.name("mine", user: .name("demo", domain: nil)), Secret("s")))
        let none = try load(["OS_AUTH_TYPE": "none", "OS_ENDPOINT": "http://n:9696/"])
        #expect(none.login == .none && none.endpoint == "http://n:9696")
        #expect(try load(["OS_ENDPOINT": "http://n:9696"]).login == .none)
    }

    static let clouds = """
        clouds:
          one:
            region_name: r1
            interface: internal
            verify: false
            auth: {auth_url: "http://k:5000", username: demo, project_id: p1, user_domain_name: Default}
          two:
            profile: vendor
            regions: [{name: r1}, {name: r2, values: {interface: admin}}]
            auth: {username: demo, password: 007, project-name: web}
        """

    @Test func `clouds.yaml and secure.yaml are merged`() throws {
        let files = [
            "clouds.yaml": Self.clouds, "secure.yaml": "clouds: {one: {auth: {password: hush}}}",
            "clouds-public.yaml": "public-clouds: {vendor: {auth: {auth_url: 'https://v'}, interface: public}}",
        ]
        let one = try load(["OS_CLOUD": "one"], files: files)
        #expect(one.region == "r1" && one.interface == .internal && one.trust == .unverified)
        #expect(try credentials(one).scope == .project(.id("p1")))
        #expect(
            try credentials(one).method == .password(.name("demo", domain: .name("Default")), Secret("hush")))

        let two = try load([:], files: files, cloud: "two")
        #expect(two.region == "r1" && two.interface == .public)
        #expect(try credentials(two).authURL == "https://v")
        #expect(try credentials(two).method == .password(.name("demo", domain: nil), Secret("007")))
        #expect(try load(["OS_REGION_NAME": "r2"], files: files, cloud: "two").interface == .admin)
        #expect(
            message { _ = try load(["OS_REGION_NAME": "r3"], files: files, cloud: "two") }.contains("no region \"r3\""))
    }

    @Test func `options take precedence over the environment, that over files`() throws {
        let files = ["clouds.yaml": Self.clouds]
        let cloud = try load(
            ["OS_CLOUD": "one", "OS_PASSWORD": "hush", "OS_PROJECT_NAME": "other", "OS_INTERFACE": "public"],
            files: files, options: [.interface: "admin", .endpoint: "http://n"])
        #expect(cloud.interface == .admin && cloud.endpoint == "http://n")
        // Its name unsets the id in the file.
        #expect(try credentials(cloud).scope == .project(.name("other", domain: nil)))
    }

    @Test func `files are searched for in openstacksdk's order`() throws {
        func file(_ user: String) -> String {
            "clouds: {c: {auth: {auth_url: 'http://k', username: \(user), password: p, project_id: p}}}"
        }
        func user(_ files: [String: String], _ environment: [String: String] = ["OS_CLOUD": "c"]) throws -> String {
            "\(try credentials(try load(environment, files: files)).method)"
        }
        var files = [".config/openstack/clouds.yml": file("home")]
        #expect(try user(files) == "user \"home\"")
        files["clouds.json"] =
            #"{"clouds": {"c": {"auth": {"auth_url": "http://k", "username": "here", "password": "p", "project_id": "p"}}}}"#
        #expect(try user(files) == "user \"here\"")
        files["x/my.yaml"] = file("named")
        #expect(
            try user(files, ["OS_CLOUD": "c", "OS_CLIENT_CONFIG_FILE": "FOLDER/x/my.yaml"]) == "user \"named\"")
        // With nothing configured, the only cloud there is.
        #expect(try user([".config/openstack/clouds.yaml": file("only")], [:]) == "user \"only\"")
    }

    @Test(arguments: [
        ("OS_AUTH_URL", nil, "OS_AUTH_URL is not set"), ("OS_USERNAME", nil, "OS_USERNAME is not set"),
        ("OS_PASSWORD", nil, "OS_PASSWORD is not set"),
        ("OS_PROJECT_NAME", "", "OS_PROJECT_NAME or OS_PROJECT_ID is not set"),
        ("OS_AUTH_TYPE", "v3oidcpassword", "v3oidcpassword (OS_AUTH_TYPE) is not supported"),
        ("OS_AUTH_TYPE", "token", "OS_TOKEN is not set"),
        ("OS_AUTH_TYPE", "v3applicationcredential", "OS_APPLICATION_CREDENTIAL_SECRET is not set"),
        ("OS_AUTH_URL", "k:5000", "auth_url (OS_AUTH_URL) is \"k:5000\", not http://"),
        ("OS_INTERFACE", "inner", "interface (OS_INTERFACE) is \"inner\", not public, internal or admin"),
        ("OS_IDENTITY_API_VERSION", "4", "identity_api_version (OS_IDENTITY_API_VERSION) is \"4\", not 2 or 3"),
        ("OS_INSECURE", "perhaps", "insecure (OS_INSECURE) is \"perhaps\""),
        ("OS_CACERT", "/nonexistent.pem", "cacert (OS_CACERT): cannot read /nonexistent.pem: No such file"),
        ("OS_ENDPOINT", "n:9696", "endpoint (OS_ENDPOINT) is \"n:9696\""),
        ("OS_CLOUD", "gone", "there is no clouds.yaml that has cloud \"gone\" (OS_CLOUD): looked in "),
    ])
    func `a missing or invalid setting is named`(variable: String, value: String?, expected: String) {
        var environment = Self.v3
        environment[variable] = value
        let message = message { _ = try load(environment) }
        #expect(message.contains(expected), "\(message)")
        #expect(!message.contains("hush"))
    }

    @Test(arguments: [
        ("clouds: {c: {auth: {auth_url: 'http://k', username: u, project_id: p}}}", "cloud \"c\" in ", "no password"),
        ("clouds: {d: {}}", "there is no cloud \"c\" (OS_CLOUD) in ", "it has d"), ("clouds: [", "is not YAML", "line"),
        ("clouds: {c: {auth: {auth_url: [a]}}}", "auth_url of cloud \"c\" is not a text", "line 1"),
        ("clouds: {c: {profile: nobody}}", "has the profile \"nobody\"", "no clouds-public.yaml has"),
    ])
    func `a missing entry is reported with the file`(text: String, first: String, second: String) {
        let message = message { _ = try load(["OS_CLOUD": "c"], files: ["clouds.yaml": text]) }
        #expect(message.contains(first) && message.contains(second), "\(message)")
    }

    @Test func `credentials select a cloud, other settings alone do not`() {
        func isMeant(_ environment: [String: String]) -> Bool {
            Cloud.isMeant(options: [:], cloud: nil, environment: environment)
        }
        for name in ["OS_CLOUD", "OS_AUTH_URL", "OS_PASSWORD", "OS_TOKEN", "OS_ENDPOINT", "OS_AUTH_TYPE"] {
            #expect(isMeant([name: "x"]), "\(name)")
            #expect(!isMeant([name: ""]), "\(name)")
        }
        #expect(!isMeant(["OS_REGION_NAME": "x", "OS_VIF_ID": "x", "OS_PROJECT_NAME": "x", "OS_CACERT": "x"]))
        #expect(Cloud.isMeant(options: [.authURL: "http://k"], cloud: nil, environment: [:]))
    }

    @Test func `printing shows no secret`() throws {
        let cloud = try load(Self.v3)
        var dumped = ""
        dump(cloud, to: &dumped)
        for text in ["\(cloud)", String(reflecting: cloud), dumped, "\(try credentials(cloud))"] {
            #expect(!text.contains("hush"), "\(text)")
            #expect(text.contains("demo"))
        }
        #expect("\(Secret("hush"))" == "***")
    }
}
