import Discretion
import DockerEngine
import HostAttachment
import Keystone
import NeutronClient
import OVSDB

/// What keeps work on a host from being done: a sentence for who asked, and a code.
package struct HostError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What callers tell apart.
    package enum Code: Sendable {
        /// It was refused, or what it needs on this host does not work. Unless the message says otherwise, nothing changed.
        case refused
        /// What was asked makes no sense.
        case usage
        /// The central point cannot be reached: nothing changed, or it is unknown and safe to repeat, as the message says.
        case unreachable
    }

    package let code: Code
    /// Lower case, no full stop: what is wrong, with which object, and what to do. On one line, whatever the object is called.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message.plain()
    }

    package var description: String { message }
}

extension HostError {
    /// What any error of the rooms below means to who asked.
    package init(_ error: any Error) {
        switch error {
        case let error as HostError: self = error
        case let error as NeutronClientError: self.init(error)
        case let error as KeystoneError: self.init(error)
        case let error as OVSDBError: self.init(error)
        case let error as AttachmentError:
            self.init(.refused, error.description)
        case let error as DockerError:
            self.init(.refused, error.message)
        default: self.init(.refused, "\(error)")
        }
    }

    private init(_ error: NeutronClientError) {
        switch error.code {
        case .refused, .notFound: self.init(.refused, error.message)
        case .unknownOutcome: self.init(.unreachable, "\(error.message); repeat the command to make sure")
        default: self.init(.unreachable, error.message)
        }
    }

    private init(_ error: KeystoneError) {
        switch error.code {
        case .unreachable, .badReply: self.init(.unreachable, error.message)
        default: self.init(.refused, error.message)
        }
    }

    private init(_ error: OVSDBError) {
        let advice =
            switch error.code {
            case .unreachable, .notSent, .timedOut: "; is Open vSwitch running on this host?"
            case .unknownOutcome: "; repeat the command to make sure"
            default: ""
            }
        self.init(.refused, "open vswitch's database: \(error.message)\(advice)")
    }
}
