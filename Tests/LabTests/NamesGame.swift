import Foundation
import Testing

/// Containers on the hosts of a lab that are started, renamed, connected and ended at random, and what is found of them by name.
///
/// Each host has a container in each network that only asks, `blue1`, `green1`, …; by their names a host's plugin is known to be there.
struct NamesGame {
    private struct Container {
        var isRunning: Bool
        /// By network.
        var addresses: [String: String]
        var aliases: [String: [String]]
    }

    /// A container that asks.
    private struct Asker {
        let host: String
        let network: String
        let name: String
    }

    /// What has been done in a round, in seconds since 1970.
    private struct Round {
        let story: String
        let begun: Double
        /// From then on every answer must be right.
        var settled: Double
        let before: NamesTruth
        let after: NamesTruth
        /// The command failed, as a start may when the plugin is killed in it: a container can have been there for a moment.
        let isCutShort: Bool
        /// When an asker can have been without the plugin.
        var away: [String: ClosedRange<Double>] = [:]
        var end = 0.0
    }

    private static let names = (0..<6).map { "n\($0)" }
    private static let aliases = (0..<4).map { "a\($0)" }
    /// The types of the records by which the askers of a network can be told: TXT and MX.
    private static let types = ["blue": 16, "green": 15]
    private static let containersPerHost = 3
    /// What the names may take.
    private static let limit = 1.0
    /// How long the right answers are looked at afterwards.
    private static let look = 0.5

    let lab: Lab
    private var random: SeededGenerator
    private var containers: [String: [String: Container]] = [:]
    private var watch = NameWatch()
    private var askers: [Asker] = []

    /// The hosts from which the outside has heard of a name that nobody has.
    private(set) var heardNobody: Set<String> = []
    private var done: [String: Int] = [:]
    private var kills = 0
    private var longestAway = 0.0
    private var lost = (away: 0, else: 0)
    private var slowest = 0.0

    init(lab: Lab, seed: UInt64) {
        self.lab = lab
        random = SeededGenerator(seed: seed)
    }

    var summary: String {
        "\(done.sorted { $0.key < $1.key }), kills \(kills), away at most \(longestAway) s, the last answer became right after "
            + "\(slowest) s, queries lost \(lost.away) while the plugin was away and \(lost.else) else"
    }

    mutating func begin() async throws {
        for (index, host) in lab.hosts.enumerated() {
            for network in Self.types.keys.sorted() {
                let asker = Asker(host: host, network: network, name: "\(network)\(index + 1)")
                try await lab.start(asker.name, on: host, network: network)
                askers.append(asker)
            }
        }
        let all = Self.names + Self.aliases + askers.map(\.name) + ["nobody"]
        for (host, name) in zip(lab.hosts, Self.names) {
            // So that the first rounds have something to rename, to connect and to end.
            try await lab.start(name, on: host, network: "blue", endpoint: ",alias=\(Self.aliases[0])")
            containers[host] = try await inspect(host)
            let own = askers.filter { $0.host == host }.map { ($0.name, Self.types[$0.network] ?? 0) }
            try await NameWatch.begin(lab, on: host, names: all, in: own)
        }
        try await watch.read(lab, until: NameWatch.now + 2)
    }

    // MARK: A round

    mutating func play(_ number: Int) async throws {
        let host = lab.hosts.randomElement(using: &random) ?? ""
        let (kind, command) = choose(on: host)
        let victim = chooseVictim(number, acting: host)
        let delay = Int.random(in: 0...700, using: &random)
        let murder = victim.map { ", plugin killed on \($0) after \(delay) ms" } ?? ""
        let story = "round \(number): \(host): docker \(command)\(murder)"
        done[kind, default: 0] += 1

        let before = truth
        let begun = NameWatch.now
        async let killed = kill(victim, after: delay)
        let (outcome, _) = try await lab.timed(host, "docker \(command)")
        let ended = NameWatch.now
        let killing = try await killed
        #expect(outcome.status == 0 || victim == host, "\(story): \(outcome.errors)")
        containers[host] = try await inspect(host)
        var round = Round(
            story: story, begun: begun, settled: ended + Self.limit, before: before, after: truth,
            isCutShort: outcome.status != 0)
        if let victim, let killing {
            kills += 1
            let back = try await waitForPlugin(on: victim, killed: killing, &round)
            if victim == host {
                // What it was about to give back when it was killed, its audit gives back.
                let cleared = try await waitForPorts(round.after)
                round.settled = max(ended, back, cleared) + Self.limit
            }
        }
        round.end = max(round.settled, round.away.values.map(\.upperBound).max() ?? 0) + Self.look
        try await watch.read(lab, until: round.end)
        for asker in askers { judge(asker, round, acted: ended) }
        judgeOutside(round)
        try await expectPorts(round)
        watch.forget(before: round.end)
    }

    /// What is done next on a host, as words of Docker's command line.
    private mutating func choose(on host: String) -> (kind: String, command: String) {
        let present = (containers[host] ?? [:]).filter { Self.names.contains($0.key) }
        let free = Self.names.filter { present[$0] == nil }
        guard let name = free.randomElement(using: &random), let alias = Self.aliases.randomElement(using: &random),
            let one = present.keys.sorted().randomElement(using: &random), let container = present[one],
            Int.random(in: 0..<4, using: &random) > 0 || present.count >= Self.containersPerHost
        else {
            let name = free.randomElement(using: &random) ?? ""
            let alias = Self.aliases.randomElement(using: &random) ?? ""
            return (
                "run",
                "run -d --stop-signal KILL --name \(name) --network name=blue,alias=\(alias) busybox sleep 100000"
            )
        }
        var choices = [("rename", "rename \(one) \(name)"), ("rm", "rm -f \(one)")]
        if !container.isRunning {
            choices.append(("start", "start \(one)"))
        } else {
            choices.append(("stop", "stop -t 0 \(one)"))
            choices.append(
                container.addresses["green"] == nil
                    ? ("connect", "network connect --alias \(alias) green \(one)")
                    : ("disconnect", "network disconnect green \(one)"))
        }
        return choices.randomElement(using: &random) ?? choices[0]
    }

    /// The host whose plugin is killed; nil where none is. The first rounds have each of the ways, and then it is left to chance.
    private mutating func chooseVictim(_ number: Int, acting host: String) -> String? {
        switch number {
        case 1: nil
        case 2: host
        case 3: lab.hosts.filter { $0 != host }.randomElement(using: &random)
        default: Int.random(in: 0..<3, using: &random) == 0 ? lab.hosts.randomElement(using: &random) : nil
        }
    }

    private func kill(_ host: String?, after milliseconds: Int) async throws -> Double? {
        guard let host else { return nil }
        // In the middle of the command.
        try await Task.sleep(for: .milliseconds(milliseconds))
        let time = NameWatch.now
        try await lab.killPlugin(host)
        return time
    }

    /// Waits until the askers of a host find those of other hosts again, and notes when they did not.
    private mutating func waitForPlugin(on host: String, killed: Double, _ round: inout Round) async throws -> Double {
        var last = killed
        for asker in askers where asker.host == host {
            let others = askers.filter { $0.network == asker.network && $0.host != host }
            let limit = NameWatch.now + 20
            var back = killed
            search: while true {
                try await watch.read(lab, until: NameWatch.now)
                back = killed
                for other in others {
                    let answer = watch.answers[.init(container: asker.name, name: other.name)]?.last
                    guard let answer, answer.value == round.after.text(asker.network, other.name) else {
                        if NameWatch.now > limit {
                            Issue.record("\(round.story): \(asker.name) does not find \(other.name) any more")
                            break search
                        }
                        continue search
                    }
                    back = max(back, answer.first)
                }
                break
            }
            round.away[asker.name] = (killed - 0.05)...(back + Self.limit)
            last = max(last, back)
        }
        longestAway = max(longestAway, last - killed)
        return last
    }

    // MARK: What must be true

    private var truth: NamesTruth {
        var truth = NamesTruth()
        for (host, own) in containers {
            for (name, container) in own where container.isRunning {
                for (network, address) in container.addresses {
                    for name in Set([name] + container.aliases[network, default: []]) {
                        truth.insert(address, network, name, on: host)
                    }
                }
            }
        }
        return truth
    }

    private mutating func judge(_ asker: Asker, _ round: Round, acted: Double) {
        let away = round.away[asker.name]
        for question in watch.answers.keys.filter({ $0.container == asker.name }) {
            let before = round.before.addresses(asker.network, question.name)
            let after = round.after.addresses(asker.network, question.name)
            let isUnchanged = before == after && !round.isCutShort
            // From when on the answer must be whole. A part of it may be excused, at the beginning or the end.
            let due = isUnchanged ? round.begun : round.settled
            let judged = round.isCutShort ? round.settled : round.begun
            for answer in watch.answers[question] ?? [] where answer.last >= judged && answer.first <= round.end {
                let found = Set(answer.value.split(separator: ",").map(String.init)).subtracting(["-", "="])
                // Nobody's address, or that of a container which is gone.
                let known = answer.last >= round.settled ? after : before.union(after)
                var isRight = found.isSubset(of: known)
                if isUnchanged {
                    // The names of the same host are Docker's too: found whoever is away.
                    let own = round.after.addresses(asker.network, question.name, on: asker.host)
                    isRight = isRight && found.isSuperset(of: own)
                }
                if found != after {
                    var (from, to) = (max(answer.first, due), min(answer.last, round.end))
                    if let away, away.contains(from) { from = away.upperBound }
                    if let away, away.contains(to) { to = away.lowerBound }
                    isRight = isRight && from > to
                } else if !isUnchanged, away == nil {
                    slowest = max(slowest, answer.first - acted)
                }
                #expect(
                    isRight,
                    """
                    \(round.story): \(asker.name) asked for \(question.name) from \(answer.first - acted) to \
                    \(answer.last - acted) s after it was answered \(answer.value), before \(before), then \(after)
                    """)
            }
        }
    }

    private mutating func judgeOutside(_ round: Round) {
        for query in watch.heard where query.time >= round.begun && query.time < round.end {
            guard let index = lab.hosts.indices.first(where: { query.host == "10.77.0.\(11 + $0)" }) else {
                Issue.record("\(round.story): the outside was asked for \(query.name) by \(query.host)")
                continue
            }
            if query.name == "nobody" { heardNobody.insert(lab.hosts[index]) }
            for asker in askers where asker.host == lab.hosts[index] && Self.types[asker.network] == query.type {
                if let away = round.away[asker.name], away.contains(query.time) { continue }
                let isKnown = round.after.knows(asker.network, query.name)
                let isOld = round.before.knows(asker.network, query.name)
                let leaked = isKnown && (isOld || query.time >= round.settled)
                #expect(
                    !leaked,
                    """
                    \(round.story): \(asker.name) asked the outside for \(query.name), \(query.time - round.settled) s after \
                    that was due
                    """)
            }
        }
        for query in watch.lost where query.time < round.end {
            if round.away[query.container]?.contains(query.time) == true { lost.away += 1 } else { lost.else += 1 }
        }
    }

    /// The tags of ports say the same as the engines.
    private func expectPorts(_ round: Round) async throws {
        let found = try await namesInTheAPI()
        for network in Self.types.keys {
            for name in Self.names + Self.aliases + askers.map(\.name) {
                let listed = found["\(network) \(name)"] ?? []
                #expect(
                    listed == round.after.addresses(network, name), "\(round.story): \(name) of \(network) in the API")
            }
        }
    }

    /// Waits for two looks of the audit until no port has names that are not true; returns when that was.
    private func waitForPorts(_ truth: NamesTruth) async throws -> Double {
        let all = Self.names + Self.aliases + askers.map(\.name)
        _ = try await lab.eventually(within: .seconds(60)) {
            let found = try await namesInTheAPI()
            return Self.types.keys.allSatisfy { network in
                all.allSatisfy { name in
                    (found["\(network) \(name)"] ?? []).isSubset(of: truth.addresses(network, name))
                }
            }
        } until: {
            $0
        }
        return NameWatch.now
    }

    /// The addresses of all ports' names, by network and name.
    private func namesInTheAPI() async throws -> [String: Set<String>] {
        struct TaggedPort: Decodable {
            let network: String
            let addresses: [Port.Address]
            let tags: [String]

            enum CodingKeys: String, CodingKey {
                case network = "network_id"
                case addresses = "fixed_ips"
                case tags
            }
        }
        let networks = Dictionary(uniqueKeysWithValues: try await lab.networks().map { ($0.id, $0.name) })
        var found: [String: Set<String>] = [:]
        for port in try await lab.list("ports", "device_owner=compute:docker", as: TaggedPort.self) {
            for tag in port.tags where tag.hasPrefix("dns:") {
                let key = "\(networks[port.network] ?? "?") \(tag.dropFirst(4))"
                found[key, default: []].formUnion(port.addresses.map(\.address))
            }
        }
        return found
    }

    /// What an engine says of its containers.
    private func inspect(_ host: String) async throws -> [String: Container] {
        let format =
            "{{.Name}} {{.State.Running}}{{range $n, $e := .NetworkSettings.Networks}}"
            + " {{$n}}={{$e.IPAddress}}={{join $e.Aliases \",\"}}{{end}}"
        let lines = try await lab.on(host, "docker ps -aq | xargs -r docker inspect -f '\(format)'").lines
        var found: [String: Container] = [:]
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2 else { continue }
            var container = Container(isRunning: words[1] == "true", addresses: [:], aliases: [:])
            for word in words.dropFirst(2) {
                let parts = word.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
                guard parts.count == 3, !parts[1].isEmpty else { continue }
                container.addresses[parts[0]] = parts[1]
                container.aliases[parts[0]] = parts[2].split(separator: ",").map(String.init)
            }
            found[String(words[0].dropFirst())] = container
        }
        return found
    }
}

/// Which addresses the names of each network have, by the hosts of the containers.
struct NamesTruth {
    private var hosts: [String: [String: Set<String>]] = [:]

    mutating func insert(_ address: String, _ network: String, _ name: String, on host: String) {
        hosts["\(network) \(name)", default: [:]][host, default: []].insert(address)
    }

    func knows(_ network: String, _ name: String) -> Bool { hosts["\(network) \(name)"] != nil }

    func addresses(_ network: String, _ name: String, on host: String? = nil) -> Set<String> {
        (hosts["\(network) \(name)"] ?? [:]).filter { host == nil || $0.key == host }.values.reduce(into: []) {
            $0.formUnion($1)
        }
    }

    /// As the programs in `Tests/names` write it.
    func text(_ network: String, _ name: String) -> String { addresses(network, name).sorted().joined(separator: ",") }
}

/// The same numbers for the same seed: SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
