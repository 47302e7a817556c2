/// Why a message is not a query that we answer. None of it is an error of ours: such a message is left to another resolver.
package enum DNSMessageError: String, Error, Hashable, Sendable, CustomStringConvertible {
    case cut = "the message ends within what it announces"
    case response = "the message is a response"
    case opcode = "the operation is not a standard query"
    case sections = "the message has not exactly one question, and beside it at most one additional record"
    case label = "the question's name has a compression pointer or a label of an unknown type"
    case longName = "the question's name is longer than 255 octets"
    case questionClass = "the question is not of the class IN"
    case additional = "the additional record is not EDNS version 0"
    case trailing = "bytes follow the message"

    package var description: String { rawValue }
}
