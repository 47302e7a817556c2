import ArgumentParser
import Identity
import NetworkStore

struct TokenKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token-key",
        abstract: "The key that signs tokens (--auth builtin).",
        subcommands: [Rotate.self])

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign tokens with a new key.",
            discussion: "Tokens of the key before stay valid until their end; those of older keys do not.")

        @Flag(help: "End all tokens at once: after a key was stolen.")
        var revoke = false

        @OptionGroup var central: CentralOptions

        func run() async throws {
            try await central.withStore { store in
                _ = try await store.rotateTokenKey(revoking: revoke) { SigningKey.newSecret() }
            }
        }
    }
}
