import HostEndpoints
import Logging

/// What has been logged of differences between the API and interfaces here: each once, when it comes and when it goes.
struct DifferenceLog: Sendable {
    /// What is being changed by two steps, as a container's name, differs for a moment.
    static let grace = Duration.seconds(4)

    /// Something that differs, without the words for it.
    private struct Subject: Hashable {
        let kind: PortDifference.Kind
        let portID: String
        let brief: String
    }

    private var since: [Subject: ContinuousClock.Instant] = [:]
    private var told: [Subject: PortDifference] = [:]

    /// Those to tell now: `new` ones that have lasted, and ones that are `over`.
    mutating func news(
        _ differences: [PortDifference], at now: ContinuousClock.Instant
    ) -> (new: [PortDifference], over: [PortDifference]) {
        let current = Dictionary(differences.map { (Self.subject($0), $0) }, uniquingKeysWith: { first, _ in first })
        since = current.reduce(into: [:]) { $0[$1.key] = since[$1.key] ?? now }
        let new = differences.filter {
            let subject = Self.subject($0)
            return told[subject] == nil && since[subject].map { now - $0 >= Self.grace } ?? false
        }
        for difference in new { told[Self.subject(difference)] = difference }
        let over = told.filter { current[$0.key] == nil }
        for subject in over.keys { told[subject] = nil }
        return (new, over.values.sorted { $0.detail < $1.detail })
    }

    /// Whether some have not been logged yet.
    var isWaiting: Bool { since.keys.contains { told[$0] == nil } }

    private static func subject(_ difference: PortDifference) -> Subject {
        Subject(kind: difference.kind, portID: difference.portID, brief: difference.brief)
    }
}

extension DifferenceLog {
    /// Tells them.
    mutating func tell(_ differences: [PortDifference], to logger: Logger) {
        let (new, over) = news(differences, at: .now)
        for difference in new {
            logger.warning(
                "what the API says of a container here differs; its interface is left as it is",
                metadata: [
                    "problem": "\(difference.kind.rawValue)", "port": "\(difference.portID)",
                    "container": "\(difference.container)", "detail": "\(difference.detail)",
                ])
        }
        for difference in over {
            logger.info(
                "differs no longer",
                metadata: ["problem": "\(difference.kind.rawValue)", "port": "\(difference.portID)"])
        }
    }
}
