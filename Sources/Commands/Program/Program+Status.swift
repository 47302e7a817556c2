package import HostSetup

extension Program {
    /// How a program ends, for scripts to tell apart.
    package enum Status: Int32, Sendable {
        case done = 0
        /// It was refused, or what it needs on this host does not work. Unless the message says otherwise, nothing changed.
        case refused = 1
        /// The command line makes no sense.
        case usage = 2
        /// The central point cannot be reached: nothing changed, or it is unknown and safe to repeat, as the message says.
        case unreachable = 4

        package init(_ code: HostError.Code) {
            self =
                switch code {
                case .refused: .refused
                case .usage: .usage
                case .unreachable: .unreachable
                }
        }
    }
}
