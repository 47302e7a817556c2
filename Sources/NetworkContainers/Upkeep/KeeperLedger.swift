import HostSetup

/// What a keeper is at work on, and what has failed. Several tasks work at the same time.
actor KeeperLedger {
    /// A command is at work on the subject; worth another attempt, and no word.
    struct Busy: Error {}

    /// What of an attempt is worth a line in the log.
    enum News: Sendable, Equatable {
        case none
        case failed(String)
        case recovered
    }

    private var attempts = Attempts()
    private var busy: Set<String> = []
    private var again: Set<String> = []

    /// Whether to work on a subject; then ``end(_:_:)`` must follow.
    ///
    /// `isUrgent` where something has happened to it: no failure before counts, and who is at work on it goes over it again.
    func begin(_ subject: String, isUrgent: Bool) -> Bool {
        if busy.contains(subject) {
            if isUrgent { again.insert(subject) }
            return false
        }
        guard isUrgent || attempts.isDue(subject, at: .now) else { return false }
        busy.insert(subject)
        return true
    }

    /// - Returns: what to log, and whether to go over it again, which ``end(_:_:)`` must follow too.
    func end(_ subject: String, _ failure: (any Error)?) -> (news: News, isWantedAgain: Bool) {
        let isWantedAgain = again.remove(subject) != nil
        if !isWantedAgain { busy.remove(subject) }
        guard let failure else { return (attempts.succeeded(subject) ? .recovered : .none, isWantedAgain) }
        let isBusy = failure is Busy
        let message = isBusy ? "busy" : HostError(failure).message
        let isWorthTelling = attempts.failed(subject, message, at: .now)
        return (isWorthTelling && !isBusy ? .failed(message) : .none, isWantedAgain)
    }

    /// What has failed and is to be tried now.
    var due: Set<String> { attempts.due(at: .now) }

    /// Forgets the failures of all other subjects.
    func keep(_ subjects: Set<String>) { attempts.keep(subjects) }
}
