import ArgumentParser
import Glibc
import HostNetwork

/// Look-ups of names in containers, as a program does them: each by UDP from a socket of its own.
struct LookUp: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "look-up",
        abstract: "Ask 127.0.0.11 for names in containers, in turn; prints LABEL.p50 and LABEL.p99 in µs.")

    @Option(help: "How many look-ups of each.") var count = 5_000
    @Argument(help: "Questions as LABEL,PID,NAME, each asked in the network namespace of that process.") var questions:
        [String]

    /// So many of one question, then of the next: what a machine does beside falls on all alike.
    private static let turn = 100

    private struct Question {
        let label: String
        let place: NetworkNamespace
        let message: [UInt8]

        init(_ text: String) throws {
            let parts = text.split(separator: ",", maxSplits: 2).map(String.init)
            guard parts.count == 3, let process = Int32(parts[1]), !parts[2].isEmpty,
                parts[2].split(separator: ".").allSatisfy({ (1...63).contains($0.utf8.count) })
            else { throw BenchError("\(text): expected LABEL,PID,NAME") }
            label = parts[0]
            place = try NetworkNamespace(process: process)
            // RFC 1035 §4.1: recursion desired, one question, type A, class IN.
            message =
                [0x0b, 0xe2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
                + parts[2].split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0, 0, 1, 0, 1]
        }
    }

    func run() throws {
        let questions = try questions.map(Question.init)
        var taken = [[Double]](repeating: [], count: questions.count)
        // The first of each warms up.
        for asked in stride(from: -Self.turn, to: count, by: Self.turn) {
            for (index, question) in questions.enumerated() {
                let times = try question.place.run { () throws(BenchError) in
                    var times: [Double] = []
                    for _ in 0..<min(Self.turn, count - max(0, asked)) { times.append(try Self.ask(question.message)) }
                    return times
                }
                if asked >= 0 { taken[index] += times }
            }
        }
        for (question, times) in zip(questions, taken) {
            let samples = Samples(times)
            print("\(question.label).p50 \(decimal(samples.median * 1e6, 1))")
            print("\(question.label).p99 \(decimal(samples.quantile(0.99) * 1e6, 1))")
        }
    }

    /// Seconds from opening a socket until there is an answer with an address.
    private static func ask(_ message: [UInt8]) throws(BenchError) -> Double {
        let started = now
        let socket = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(socket) }
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var server = sockaddr_in()
        server.sin_family = sa_family_t(AF_INET)
        server.sin_port = UInt16(53).bigEndian
        server.sin_addr.s_addr = UInt32(0x7f00_000b).bigEndian
        let connected = withUnsafePointer(to: &server) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0, send(socket, message, message.count, 0) == message.count else {
            throw BenchError("127.0.0.11: \(String(cString: strerror(errno)))")
        }
        var answer = [UInt8](repeating: 0, count: 512)
        let length = recv(socket, &answer, answer.count, 0)
        let seconds = now - started
        guard length >= 12 else { throw BenchError("127.0.0.11: no answer in 2 s") }
        // The code of the answer, and how many records there are (RFC 1035 §4.1.1).
        guard answer[3] & 0xf == 0, answer[6] != 0 || answer[7] != 0 else {
            throw BenchError("127.0.0.11: code \(answer[3] & 0xf), no address")
        }
        return seconds
    }
}
