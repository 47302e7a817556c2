import ArgumentParser
import Certificates
import Deadlines
import EmbeddedOVN
import NetworkStore
import NeutronAPI

struct AuthorityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "The authority of hosts' certificates and this machine's: show, replace.",
        subcommands: [Show.self, Replace.self])

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the authorities that are trusted, and which hosts stand in the way of a replacement.")

        @OptionGroup var central: CentralOptions

        func run() async throws {
            let settings = try central.settings()
            let folder = CredentialFolder("\(settings.embedded.dataFolder)/tls")
            let authorities = try AuthorityCommand.known(in: folder)
            for (place, authority) in authorities.enumerated() {
                let role = place == 0 ? "certifies" : "is trusted too"
                print("\(try authority.fingerprint)  until \(authority.end)  \(role)")
            }
            guard authorities.count > 1 else { return }
            let (first, other) = (authorities[0], authorities[1])
            let fingerprint = "\(try other.fingerprint)"
            let isNext = other.start > first.start
            let waiting = try await central.withStore(settings) { store in
                store.snapshot().joinedHosts.filter {
                    isNext ? !$0.trusted.contains(fingerprint) : $0.issuer == fingerprint
                }.map(\.hostName).sorted()
            }
            guard !waiting.isEmpty else { return }
            print(
                "\(isNext ? "hosts that do not trust it yet" : "hosts whose certificate is from it"): \(waiting.joined(separator: ", "))"
            )
        }
    }

    struct Replace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replace the authority, without a host losing its connection.",
            discussion: """
                A new authority is made and trusted beside the present one. When every host trusts it, which takes a few \
                minutes where all are there, it certifies; when no host has a certificate of the former one any more, that is forgotten. A host \
                that is away holds this up: 'ovn-ipam authority show' says which, 'ovn-ipam host remove' takes one away. Who \
                verifies this machine by a file of authorities (openrc) needs the new one.
                """)

        @OptionGroup var central: CentralOptions

        func run() async throws {
            let folder = try central.settings().embedded.dataFolder
            do { try CentralCertificates.prepareReplacement(dataFolder: folder, at: .now) } catch {
                throw CommandFailure("\(error)")
            }
            print("'ovn-ipam authority show' says how far it is")
        }
    }

    /// The authorities that are trusted, the one that certifies first.
    static func known(in folder: CredentialFolder) throws -> [IssuedCertificate] {
        let found: [IssuedCertificate]
        do { found = try folder.authorities() } catch { throw CommandFailure("\(error)") }
        guard !found.isEmpty else {
            throw CommandFailure(
                "there is no \(folder.authorityFile): start 'ovn-ipam up' first, which makes it (not with --open), or name "
                    + "its --data-folder")
        }
        return found
    }
}
