import ArgumentParser
import Discretion
import Glibc
import Release

/// `ovn-ipam`: the Networking API on OVN's Northbound database.
@main
struct OVNIPAM: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ovn-ipam",
        abstract: "The OpenStack Networking API, directly on OVN.",
        discussion: """
            Every setting is a flag, an environment variable (--nb-listen is OVN_IPAM_NB_LISTEN) or a line of the YAML \
            file that --config names (nb-listen: 127.0.0.1:6641); the first of these that is there counts.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, UpCommand.self, InviteCommand.self, HostCommand.self, AuthorityCommand.self,
            UserCommand.self,
            ProjectCommand.self, OpenRCCommand.self, TokenKeyCommand.self,
        ])

    /// Exit codes: 0 success, 1 failure, 2 usage error (a flag, a variable, a line of the configuration file).
    static func main() async {
        // Without it the C library checks the time zone file at every log line.
        setenv("TZ", ":/etc/localtime", 0)
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch let error as SettingsError {
            complain("ovn-ipam: \("\(error)".plain())")
            Glibc.exit(2)
        } catch {
            let code = exitCode(for: error)
            let message = fullMessage(for: error)
            if code == .success {
                print(message)
                Glibc.exit(0)
            }
            let isUsage = code == .validationFailure
            complain(isUsage ? message : "ovn-ipam: \("\(error)".plain())")
            Glibc.exit(isUsage ? 2 : 1)
        }
    }

    private static func complain(_ message: String) {
        var line = Array(message.utf8) + [UInt8(ascii: "\n")]
        write(STDERR_FILENO, &line, line.count)
    }
}
