import Foundation

/// What containers of a lab get answered for names, all the time, and which names the outside is asked for.
///
/// The programs are in `Tests/names`. All times are seconds since 1970, of this machine.
struct NameWatch {
    /// One answer, from its first query to its last. Addresses in order, joined by commas; `-` for no such name.
    struct Answer {
        let first: Double
        var last: Double
        let value: String
    }

    /// A query that the name server of the outside heard.
    struct Heard {
        let time: Double
        let host: String
        let name: String
        let type: Int
    }

    /// Whom a name is asked in, and the name.
    struct Question: Hashable {
        let container: String
        let name: String
    }

    private static let programs = Lab.project.path + "/Tests/names"
    private static let output = "/run/names"

    private(set) var answers: [Question: [Answer]] = [:]
    /// By host, up to when everything is in `answers`.
    private(set) var seen: [String: Double] = [:]
    private(set) var heard: [Heard] = []
    /// Queries that were not answered, and their times.
    private(set) var lost: [(container: String, time: Double)] = []
    private var offsets: [String: Int] = [:]

    static var now: Double { Date.now.timeIntervalSince1970 }

    /// Makes a server on central the hosts' name server, for containers that are started from then on.
    static func serveOutside(_ lab: Lab) async throws {
        try await lab.on(
            "central",
            "setsid \(programs)/upstream \(Lab.centralAddress) \(output) >/run/upstream.log 2>&1 </dev/null &")
        try await lab.onEachHost(
            "echo nameserver \(Lab.centralAddress) >/run/resolv.conf && mount --bind /run/resolv.conf /etc/resolv.conf")
    }

    /// Begins to ask for names on a host, in containers that are there; the number of each is the type of its other queries.
    static func begin(_ lab: Lab, on host: String, names: [String], in containers: [(String, Int)]) async throws {
        let words = containers.map { "\($0):\($1)" }.joined(separator: " ")
        try await lab.on(
            host,
            "setsid \(programs)/watch \(output) \(names.joined(separator: ",")) \(words) >/run/watch.log 2>&1 </dev/null &"
        )
    }

    /// Reads on until everything up to this time is known.
    mutating func read(_ lab: Lab, until time: Double) async throws {
        for host in lab.hosts {
            let limit = Self.now + 20
            while seen[host, default: 0] < time {
                guard Self.now < limit else {
                    let log = try await lab.attempt(host, "cat /run/watch.log").output
                    throw CommandFailed(
                        command: "watch on \(host)", outcome: Outcome(status: 1, output: log, errors: "says nothing"))
                }
                for line in try await more(lab, host) { note(line, host) }
                // What a program writes down, nobody reports.
                if seen[host, default: 0] < time { try await Task.sleep(for: .milliseconds(100)) }
            }
        }
        for line in try await more(lab, "central") {
            guard line.count == 4, let time = Double(line[0]), let type = Int(line[3]) else { continue }
            heard.append(Heard(time: time, host: line[1], name: line[2], type: type))
        }
    }

    /// Lets go of what was before this time.
    mutating func forget(before time: Double) {
        heard.removeAll { $0.time < time }
        lost.removeAll { $0.time < time }
        answers = answers.mapValues { list in list.filter { $0.last >= time } }
    }

    /// Whole lines, in words.
    private mutating func more(_ lab: Lab, _ node: String) async throws -> [[String]] {
        let from = offsets[node, default: 0] + 1
        let text = try await lab.on(node, "tail -c +\(from) \(Self.output) 2>/dev/null || :").output
        guard let end = text.lastIndex(of: "\n") else { return [] }
        offsets[node, default: 0] += text[...end].utf8.count
        return text[..<end].split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    }

    private mutating func note(_ words: [String], _ host: String) {
        if words.count == 2, let time = Double(words[1]) {
            seen[host] = time
        } else if words.count == 5, words[0] == "lost", let time = Double(words[4]) {
            lost.append((words[1], time))
        } else if words.count == 5, let last = Double(words[2]), let first = Double(words[3]) {
            var list = answers[Question(container: words[0], name: words[1]), default: []]
            if let previous = list.indices.last { list[previous].last = last }
            list.append(Answer(first: first, last: .infinity, value: words[4]))
            answers[Question(container: words[0], name: words[1])] = list
        }
    }
}
