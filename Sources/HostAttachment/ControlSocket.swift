import Deadlines
import FoundationEssentials
import Glibc
import HostNetwork
import Netlink

/// The control socket of a daemon of Open vSwitch or OVN: one command, one answer (ovs-appctl(8)), as JSON-RPC 1.0 without framing.
/// Calls run on an executor of its own since they wait; each has a deadline.
actor ControlSocket {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let executor = KernelExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private struct Call: Encodable {
        let id = 0
        let method: String
        let params: [String]
    }

    private struct Answer: Decodable {
        let result: String?
        let error: String?
    }

    /// Sends a command to the daemon that listens at `path`; returns what it prints.
    func ask(_ path: String, _ command: String, _ arguments: [String] = [], within limit: Duration) throws(Failure)
        -> String
    {
        let deadline = ContinuousClock.now + limit
        guard let descriptor = UnixSocket.connect(to: path) else {
            throw Failure(
                description: errno == ENAMETOOLONG ? "\(path) is too long for a socket" : "nothing listens at \(path)")
        }
        defer { close(descriptor) }
        let request: Data
        do {
            request = try JSONEncoder().encode(Call(method: command, params: arguments))
        } catch {
            throw Failure(description: "\(command): \(error)")
        }
        let sent = request.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard sent == request.count else { throw Failure(description: "\(path) did not take the command \(command)") }
        var received = Data()
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard left > .zero, Glibc.poll(&poll, 1, left.pollTimeout) > 0 else {
                throw Failure(description: "\(path) did not answer \(command) within \(limit.inSeconds)")
            }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else {
                throw Failure(description: "\(path) closed the connection instead of answering \(command)")
            }
            received.append(contentsOf: buffer[..<count])
            // The answer is complete when it is JSON; before its last brace it cannot be.
            guard received.last == UInt8(ascii: "}"),
                let answer = try? JSONDecoder().decode(Answer.self, from: received)
            else { continue }
            if let error = answer.error { throw Failure(description: "\(command): \(error)") }
            return answer.result ?? ""
        }
    }
}
