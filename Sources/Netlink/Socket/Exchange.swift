import CLinux

/// The answers that a batch or a dump waits for, without I/O: it is fed datagrams and reports when all answers are in.
///
/// Every answer must be for our port and an expected sequence number. Answers to requests given up earlier, whose
/// sequence numbers are older, are ignored.
package struct Exchange: Sendable {
    private let requests: [NetlinkRequest]
    private let first: UInt32
    private let port: UInt32
    private var outcomes: [Outcome?]
    private var answers: [Message] = []
    /// Whether a message reported that the table changed while it was listed.
    package private(set) var isInterrupted = false

    /// `first` is the sequence number of the first request; the others follow without a gap.
    package init(_ requests: [NetlinkRequest], first: UInt32, port: UInt32) {
        self.requests = requests
        self.first = first
        self.port = port
        outcomes = requests.map { $0.isAcknowledged ? nil : .done }
    }

    package var isComplete: Bool { outcomes.allSatisfy { $0 != nil } }

    /// The outcomes so far, in the order of the requests; nil has not been answered.
    package var results: [Outcome?] { outcomes }

    /// The messages received besides acknowledgements: the rows of a dump, or the answer to a get.
    package var rows: [Message] { answers }

    /// The bytes to send: all requests, one after another.
    package func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, request) in requests.enumerated() {
            let answer = request.isAcknowledged ? NLM_F_ACK : 0
            Message(
                type: request.type, flags: request.flags | UInt16(NLM_F_REQUEST | answer),
                sequence: first &+ UInt32(index), port: port, payload: request.payload[...]
            ).encode(into: &bytes)
        }
        return bytes
    }

    /// Takes a datagram.
    ///
    /// - Throws: ``NetlinkError/Code/malformed`` where it does not belong to this exchange.
    package mutating func receive(_ datagram: ArraySlice<UInt8>, sender: UInt32) throws(NetlinkError) {
        guard sender == 0 else { throw .malformed("answer of process port \(sender) instead of the kernel") }
        for message in try Message.all(in: datagram) {
            guard message.port == port else { throw .malformed("answer for port \(message.port) instead of \(port)") }
            let index = Int(message.sequence &- first)
            guard index < requests.count else {
                // Serial number arithmetic (RFC 1982): older numbers are in the upper half of the circle.
                if Int32(bitPattern: message.sequence &- first) < 0 { continue }
                throw .malformed("answer to request \(message.sequence), which was not sent")
            }
            guard requests[index].isAcknowledged else {
                if try Acknowledgement(message).error != 0 { failAll(with: try outcome(of: message, requests[index])) }
                continue
            }
            guard outcomes[index] == nil else {
                throw .malformed("second answer to request \(message.sequence), \(requests[index].purpose)")
            }
            if message.isInterrupted { isInterrupted = true }
            switch Int32(message.type) {
            case NLMSG_ERROR, NLMSG_DONE: outcomes[index] = try outcome(of: message, requests[index])
            case NLMSG_NOOP: break
            case NLMSG_OVERRUN: throw NetlinkError(.interrupted, "\(requests[index].purpose): data was lost")
            default: answers.append(message)
            }
        }
    }

    private mutating func failAll(with failure: Outcome) {
        for index in outcomes.indices where requests[index].isAcknowledged && outcomes[index] == nil {
            outcomes[index] = failure
        }
    }

    private func outcome(of message: Message, _ request: NetlinkRequest) throws(NetlinkError) -> Outcome {
        let acknowledgement = try Acknowledgement(message)
        guard acknowledgement.error != 0 else { return .done }
        let error = NetlinkError(errno: acknowledgement.error, request.purpose, kernel: acknowledgement.words)
        return request.tolerated.contains(error.code) ? .tolerated(error.code) : .failed(error)
    }
}
