import ArgumentParser
import Certificates
import Deadlines
import EmbeddedOVN
import Glibc
import Identity
import NetAddress
import NetworkStore
import NeutronAPI
import NeutronServer

struct OpenRCCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openrc",
        abstract: "Print what a shell sources to be a user (--auth builtin).",
        discussion: """
            `source` asks for the password, which is in no file. With --application-credential a credential is made \
            instead, whose secret is in what is printed: keep that where others cannot read it.
            """)

    @Argument(help: "The user's name or identifier.")
    var user: String

    @Option(
        help: ArgumentHelp("The project (default: the user's default project, or the only one).", valueName: "project"))
    var project: String?

    @Option(
        help: ArgumentHelp(
            "The identity service's URL (default: of this machine's name, or of api-certificate's).", valueName: "url")
    )
    var url: String?

    @Flag(help: "Make an application credential, for programs.")
    var applicationCredential = false

    @Option(help: ArgumentHelp("The application credential's name (default: openrc and the time).", valueName: "name"))
    var credentialName: String?

    @OptionGroup var central: CentralOptions

    func validate() throws {
        if let credentialName { try checkName(credentialName) }
        if let url, !url.hasPrefix("http://"), !url.hasPrefix("https://") {
            throw ValidationError("--url must be a URL such as https://192.0.2.1:9696/v3")
        }
    }

    func run() async throws {
        let settings = try central.settings()
        let address = try url ?? Self.url(of: settings)
        let trust = try Self.trust(of: address, settings)
        let lines = try await central.withStore { store in
            let found = try store.user(user)
            let project = try project(of: found, in: store)
            var lines = [
                "unset OS_CLOUD OS_AUTH_TYPE OS_TOKEN OS_PASSWORD OS_USERNAME OS_USER_ID OS_USER_DOMAIN_ID",
                "unset OS_USER_DOMAIN_NAME OS_PROJECT_ID OS_PROJECT_NAME OS_PROJECT_DOMAIN_ID OS_PROJECT_DOMAIN_NAME",
                "unset OS_TENANT_ID OS_TENANT_NAME OS_APPLICATION_CREDENTIAL_ID OS_APPLICATION_CREDENTIAL_SECRET",
            ]
            func export(_ name: String, _ value: String) { lines.append("export \(name)=\(Self.quoted(value))") }
            export("OS_AUTH_URL", address)
            export("OS_IDENTITY_API_VERSION", "3")
            export("OS_REGION_NAME", "RegionOne")
            export("OS_INTERFACE", "public")
            lines += trust
            if applicationCredential {
                let (id, secret) = try await makeCredential(of: found, project, in: store)
                export("OS_AUTH_TYPE", "v3applicationcredential")
                export("OS_APPLICATION_CREDENTIAL_ID", id)
                export("OS_APPLICATION_CREDENTIAL_SECRET", secret)
                return lines
            }
            export("OS_PROJECT_ID", project.id.hex)
            export("OS_PROJECT_NAME", project.name)
            export("OS_PROJECT_DOMAIN_ID", "default")
            export("OS_USER_DOMAIN_NAME", "Default")
            export("OS_USERNAME", found.name)
            lines.append(
                "echo \"Please enter your OpenStack Password for project $OS_PROJECT_NAME as user $OS_USERNAME: \" >&2")
            lines.append("read -sr OS_PASSWORD_INPUT")
            lines.append("export OS_PASSWORD=$OS_PASSWORD_INPUT")
            lines.append("unset OS_PASSWORD_INPUT")
            return lines
        }
        print(lines.joined(separator: "\n"))
    }

    private func project(of user: IdentityUser, in store: NetworkStore) throws -> IdentityProject {
        let snapshot = store.snapshot()
        if let project {
            let found = try store.project(project)
            guard !user.roles(in: found.id).isEmpty else {
                throw CommandFailure(
                    "user \(user.name) has no role in project \(found.name): ovn-ipam user set --project … --role …")
            }
            return found
        }
        let only = user.projectIDs.count == 1 ? user.projectIDs.first : nil
        guard let found = (user.defaultProjectID ?? only).flatMap({ snapshot.identityProject($0) }) else {
            throw CommandFailure("user \(user.name) has no default project: name one with --project")
        }
        return found
    }

    private func makeCredential(
        of user: IdentityUser, _ project: IdentityProject, in store: NetworkStore
    ) async throws -> (id: String, secret: String) {
        let secret = PasswordHash.newSecret()
        var made = ApplicationCredential(id: .random(), standard: .new("made by ovn-ipam openrc"))
        made.name = credentialName ?? "openrc-\(Timestamp.now)"
        (made.userID, made.identityProjectID) = (user.id, project.id)
        made.roles = user.roles(in: project.id)
        made.secret = try PasswordHash.make(secret)
        return (try await store.create(made).id.hex, secret)
    }

    /// What makes a file of the authorities, which clients verify the service with (`OS_CACERT`). Without TLS there is none, and where
    /// the operator's certificate is served `OS_CACERT` stays what it is: it may name the authority of that.
    private static func trust(of url: String, _ settings: Settings) throws -> [String] {
        if let given = settings.operatorListener, !isOwn(url, settings.listen, beside: given.address) { return [] }
        guard settings.security != nil else { return ["unset OS_CACERT"] }
        let folder = CredentialFolder("\(settings.embedded.dataFolder)/tls")
        let authorities = try AuthorityCommand.known(in: folder)
        return [
            "OS_CACERT=${XDG_CONFIG_HOME:-$HOME/.config}/ovn-containers/\(try authorities[0].fingerprint.description.prefix(16)).pem",
            "mkdir -p \"${OS_CACERT%/*}\" && cat >\"$OS_CACERT\" <<'PEM'",
            try authorities.map { authority in try authority.pem }.joined() + "PEM", "export OS_CACERT",
        ]
    }

    /// Where the service listens for people, by a name where that is all addresses: the given certificate's, or the machine's.
    private static func url(of settings: Settings) throws -> String {
        let address = settings.operatorListener?.address ?? settings.listen
        let scheme = settings.security == nil && settings.operatorListener == nil ? "http" : "https"
        func url(_ host: String) -> String { "\(scheme)://\(ListenAddress(host: host, port: address.port))/v3" }
        if let certificate = settings.operatorListener?.certificate, let name = try name(in: certificate) {
            return url(name)
        }
        var host = address.host
        if host == "0.0.0.0" || host == "::" {
            var name = [CChar](repeating: 0, count: 256)
            guard gethostname(&name, name.count - 1) == 0 else {
                throw CommandFailure("this machine has no name: give the service's URL with --url")
            }
            host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        return url(host)
    }

    /// Whether a URL is that of the listener with the deployment's own certificate, by whatever name.
    private static func isOwn(_ url: String, _ own: ListenAddress, beside other: ListenAddress) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let authority = url[scheme.upperBound...].prefix { $0 != "/" }
        return own.port == other.port
            ? ListenAddress(String(authority)) == own : authority.hasSuffix(":\(own.port)")
    }

    /// The first name that a certificate is for; nil where it is for addresses or wildcards alone.
    private static func name(in given: OperatorCertificate) throws -> String? {
        do { return try given.read().names.first { IPAddress($0) == nil && !$0.contains("*") } } catch {
            throw CommandFailure("\(error); or give --url")
        }
    }

    /// A word of a shell that is this text.
    private static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy {
            48...57 ~= $0 || 65...90 ~= $0 || 97...122 ~= $0 || Array("-_./:[]@".utf8).contains($0)
        }
        return plain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
