/// Which containers are being named: each by one at a time, who does it again where it was asked for meanwhile.
actor NamingTurns {
    /// Whether it is to be done again.
    private var isDue: [String: Bool] = [:]

    /// Whether the caller is to do it; otherwise somebody does, and will once more.
    func begin(_ id: String) -> Bool {
        guard isDue[id] == nil else {
            isDue[id] = true
            return false
        }
        isDue[id] = false
        return true
    }

    /// Whether the caller, who has done it, is to do it again; otherwise its turn is over.
    func isDueAgain(_ id: String) -> Bool {
        guard isDue[id] == true else {
            isDue[id] = nil
            return false
        }
        isDue[id] = false
        return true
    }
}
