import ArgumentParser
import Certificates
import Deadlines
import Discretion
import EmbeddedOVN
import Glibc
import NetworkStore
import NeutronAPI
import NeutronServer

struct InviteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite",
        abstract: "Invite a host: print the command that makes a machine part of the networks.",
        discussion: """
            The line is to be run as root on the host. It has a secret: whoever runs it first is the host. Of the secret \
            a hash is kept, in the Northbound database; the line cannot be printed again.
            """)

    @Option(
        help: ArgumentHelp(
            "The only host that may use it, by host name or system id (default: any).", valueName: "name"))
    var host: String?

    @Option(
        help: ArgumentHelp(
            "The project that the host acts for, made where it is not there (default: default-project of the settings).",
            valueName: "project"))
    var project: String?

    @Option(help: ArgumentHelp("How many hosts may use it, 1 to \(Invitation.maximumUses).", valueName: "number"))
    var uses = 1

    @Option(help: ArgumentHelp("How long it may be used: 30m, 1h, 7d; at most 30d.", valueName: "time"))
    var expires = Lifetime(seconds: 3_600)

    @Option(
        help: ArgumentHelp(
            "Where hosts reach this machine (default: its address on the way out, and the port of listen).",
            valueName: "host[:port]"))
    var central: String?

    @OptionGroup var options: CentralOptions

    func validate() throws {
        guard 1...Invitation.maximumUses ~= uses else {
            throw ValidationError("--uses is \(uses), which is not a number from 1 to \(Invitation.maximumUses)")
        }
        if let host, host.isEmpty || host.utf8.count > 253 || !host.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) {
            throw ValidationError("--host is not a name of at most 253 printable characters without blanks")
        }
        if let project, ProjectID(project) == nil {
            throw ValidationError("--project is not a line of at most 255 characters")
        }
        if host != nil, uses > 1 { throw ValidationError("--host and --uses exclude each other: a host joins once") }
    }

    func run() async throws {
        let settings = try options.settings()
        let folder = CredentialFolder("\(settings.embedded.dataFolder)/tls")
        // The one that certifies.
        let authority = try AuthorityCommand.known(in: folder)[0]
        let address = try CentralAddress(central, listening: settings.listen.host, port: Int(settings.listen.port))
        let fingerprint: Fingerprint
        do { fingerprint = try authority.fingerprint } catch { throw CommandFailure("\(error)") }
        let token = JoinToken(address: address.text, authority: fingerprint)
        let (name, uses) = (host ?? "", uses)
        let project = project ?? settings.server.defaultProject
        let isBuiltin = settings.identity != nil
        let end = Timestamp(seconds: Timestamp.now.seconds + expires.seconds)
        let made = try await options.withStore(settings) { store in
            // Of projects that the service itself has, people know the name and resources the identifier.
            let owner = isBuiltin ? try await store.owner(project) : project
            return try await store.invite(
                secretHash: token.secretHash, host: name, project: owner, uses: uses, end: end)
        }
        print("ovn-integrate join \(token.text)")
        let who = made.host.isEmpty ? (uses == 1 ? "one host" : "\(uses) hosts") : "host \(made.host)"
        complain("good for \(who) until \(made.end), for project \(project), at \(address.text)")
    }

    private func complain(_ text: String) {
        var line = Array("\(text.plain())\n".utf8)
        write(STDERR_FILENO, &line, line.count)
    }
}

/// A time with a unit: `90s`, `30m`, `1h`, `7d`.
struct Lifetime: ExpressibleByArgument, CustomStringConvertible {
    let seconds: Int64

    init(seconds: Int64) { self.seconds = seconds }

    /// Nil unless it is from 1 second to 30 days.
    init?(argument: String) {
        guard let time = Duration(argument), .seconds(1)...Invitation.maximumLifetime ~= time else { return nil }
        seconds = time.components.seconds
    }

    var description: String { seconds % 3_600 == 0 ? "\(seconds / 3_600)h" : "\(seconds)s" }
    var defaultValueDescription: String { description }
}
