import Foundation
import JSONCoding
import NeutronAPI
import Testing

@testable import DockerPlugin

/// What a real engine said, word for word, as `Tests/recorder/run` has written it down.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ReplayTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../recorder/conversations"
    )
    .standardized
    static let names: [String] = {
        // A folder that is not there is judged by the first test.
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return files.filter { $0.hasSuffix(".jsonl") }.sorted()
    }()

    @Test func `conversations were recorded`() {
        #expect(Self.names.count >= 10)
    }

    @Test(arguments: names)
    func `an engine's conversation is answered as it was, and leaves nothing`(_ name: String) async throws {
        let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
        let lines = try text.split(separator: "\n").map { try JSON(parsing: Array($0.utf8)) }
        try await withPluginHost { first in
            var host = first
            var given = Given()
            for (number, line) in lines.enumerated() {
                let members = try #require(line.object)
                let method = try #require(members["method"]?.string)
                var bytes: [UInt8] = []
                if let request = members["request"], request != .null {
                    var writer = JSONWriter()
                    writer.value(given.translated(request))
                    bytes = writer.bytes
                }
                let reply = await host.plugin.answer(method, bytes)
                guard members["status"] != 0 else {
                    // It was killed before it answered, and started again.
                    host = host.restarted()
                    continue
                }
                let place = "\(name), line \(number + 1), \(method)"
                #expect(members["status"] == .integer(Int64(reply.status)), "\(place)")
                let answer = try #require(members["reply"])
                if reply.status == 200 {
                    let isSame = given.takes(reply.body, for: answer)
                    #expect(isSame, "\(place): \(reply.body) instead of \(answer)")
                } else {
                    // The sentence names addresses and ids of its own.
                    #expect(reply.body.object?["Err"]?.string?.isEmpty == false, "\(place)")
                }
            }
            // Of a plugin that was killed in the middle of a call something is left, which the audit takes away.
            try await host.repair(engine: .nothing)
            #expect(try await host.remains() == [], "\(name)")
            #expect(try await host.lab.resources() == [], "\(name)")
        }
    }
}

/// What this run was given where the recorded one was given something else: addresses, and names made of ids.
private struct Given {
    private var translations: [String: String] = [:]

    /// A request of the recorded run, as it is in this one.
    func translated(_ json: JSON) -> JSON {
        switch json {
        case .object(let members): .object(members.mapValues(translated))
        case .array(let values): .array(values.map(translated))
        case .string(let text): .string(translated(text))
        default: json
        }
    }

    /// An address may have its length with it.
    private func translated(_ text: String) -> String {
        let bare = text.prefix { $0 != "/" }
        return translations[String(bare)].map { $0 + text.dropFirst(bare.count) } ?? text
    }

    /// Whether an answer is the recorded one, but for what may differ. That is noted when it comes first, and must be the same later.
    mutating func takes(_ actual: JSON, for recorded: JSON, at key: String = "") -> Bool {
        switch (recorded, actual) {
        case (.object(let recorded), .object(let actual)):
            guard recorded.keys.sorted() == actual.keys.sorted() else { return false }
            for (key, value) in recorded where !takes(actual[key] ?? .null, for: value, at: key) { return false }
            return true
        case (.array(let recorded), .array(let actual)):
            guard recorded.count == actual.count else { return false }
            for (index, value) in recorded.enumerated() where !takes(actual[index], for: value, at: key) {
                return false
            }
            return true
        case (.string(let recorded), .string(let actual)):
            if translated(recorded) == actual { return true }
            guard ["Address", "SrcName", "ovn.port", "ovn.interface"].contains(key) else { return false }
            let (from, to) = (recorded.prefix { $0 != "/" }, actual.prefix { $0 != "/" })
            guard recorded.dropFirst(from.count) == actual.dropFirst(to.count) else { return false }
            translations[String(from)] = String(to)
            return true
        default: return recorded == actual
        }
    }
}
