import Deadlines
import Logging
import NeutronAPI
import OVSDB
import OVSDBClient

extension NetworkStore {
    func unwritable(_ problem: String) -> NeutronError {
        .serviceUnavailable("The Northbound database cannot be written: \(problem). Nothing was changed.")
    }

    func noteUnwritable(_ error: OVSDBError) {
        if storage.failed(error.message) {
            logger.error("northbound database cannot be written", metadata: ["cause": "\(error.message)"])
        }
    }

    func noteWritten() {
        if storage.succeeded() { logger.notice("northbound database can be written again") }
    }

    /// Nil if the last write succeeded; else why not. After the pause, a write is tried first.
    func storageProblem() async -> String? {
        guard storage.problem != nil, storage.refusal() == nil else { return storage.problem }
        do {
            try await northbound.transact(Self.trial(at: now().description), within: configuration.barrierTimeout)
            noteWritten()
        } catch let error as OVSDBError where error.code == .notStored {
            noteUnwritable(error)
        } catch {
            // Says nothing about the disk.
            logger.debug("northbound database not tried", metadata: ["cause": "\(error)"])
        }
        return storage.problem
    }

    /// A harmless change of a row that every database has, with a comment that needs more space than the last block may
    /// have left.
    private static func trial(at time: String) -> [Operation] {
        let key = "ovn-ipam:written-at"
        return [
            .mutate(
                in: "NB_Global", where: [],
                mutations: [
                    Mutation("external_ids", .delete, .set([.string(key)])),
                    Mutation("external_ids", .insert, .map([AtomPair(.string(key), .string(time))])),
                ]),
            .comment("ovn-ipam: can this be written?" + String(repeating: " ", count: 65_536)),
        ]
    }
}
