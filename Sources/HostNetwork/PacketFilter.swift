/// The kernel's packet filter, nf_tables, by its own program nft(8), in JSON (libnftables-json(5)).
///
/// Rules of several programs live beside each other in tables of their own: whatever one of them drops is gone, and no other can
/// take that back. So it does not matter what else filters here, and how.
package actor PacketFilter {
    package enum Failure: Error, Hashable, Sendable {
        /// There is no nft.
        case noProgram
        /// In its own words.
        case refused(String)
    }

    private let executor = KernelExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let namespace: NetworkNamespace?
    private let program: String

    /// - Parameters:
    ///   - namespace: whose packets are filtered; nil for the process's own.
    ///   - program: nft, by its name or path.
    package init(in namespace: NetworkNamespace? = nil, program: String = "nft") {
        self.namespace = namespace
        self.program = program
    }

    /// Whether there is an nft.
    package nonisolated var isInstalled: Bool { Tool.path(of: program) != nil }

    /// What `nft -j list table inet NAME` says; nil where there is no such table.
    package func list(table name: String) throws(Failure) -> [UInt8]? {
        do {
            return try run(["list", "table", "inet", name], input: [])
        } catch .refused(let reason) where reason.contains("No such file or directory") {
            return nil
        }
    }

    /// Carries commands out, all of them or none.
    package func apply(_ commands: [UInt8]) throws(Failure) { _ = try run(["-f", "-"], input: commands) }

    private func run(_ words: [String], input: [UInt8]) throws(Failure) -> [UInt8] {
        guard isInstalled else { throw .noProgram }
        let outcome: Tool.Outcome
        do {
            let work = { [program] in Tool.run([program, "-j"] + words, input: input) }
            outcome = try namespace.map { try $0.run(work) } ?? work()
        } catch {
            throw .refused("\(error)")
        }
        guard let failure = outcome.failure else { return outcome.output }
        // Its first line says what is wrong, the others show where in the commands.
        let said = String(decoding: outcome.output.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        throw .refused(said.isEmpty ? failure : said)
    }
}
