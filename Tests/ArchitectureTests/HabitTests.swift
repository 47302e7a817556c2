import Foundation
import Testing

@Suite struct HabitTests {
    /// Swift that people write and read; OVNModel is written by `ovsdb-modelgen`.
    static let written =
        (Project.files(below: "Sources", suffix: ".swift") + Project.files(below: "Tests", suffix: ".swift"))
        .filter { !$0.hasPrefix("Sources/OVNModel/") }

    /// Sources, scripts and documents: all text of ours.
    static let everything =
        ["Sources", "Tests", "Scripts", "Benchmarks", "lab", "image", "docs"]
        .flatMap { Project.files(below: $0) } + [
            "Makefile", "Package.swift", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", ".ci/run",
        ]

    @Test func `a file has at most 400 lines`() throws {
        for path in Self.written {
            let count = try Project.lines(path).count
            #expect(count <= 401, "\(path) has \(count) lines")
        }
    }

    @Test func `nine in ten files have at most 350 lines`() throws {
        let counts = try Self.written.map { try Project.lines($0).count }.sorted()
        #expect(counts[counts.count * 9 / 10] <= 350)
    }

    @Test func `a file is named after what is in it`() {
        for path in Self.written {
            let name = URL(filePath: path).lastPathComponent
            for vague in ["Utils", "Helpers", "Common", "Manager", "Misc", "Extensions"] {
                #expect(!name.contains(vague), "\(path)")
            }
        }
    }

    @Test func `a dangerous construct has its reason next to it`() throws {
        let dangerous = /\btry[!?]|\bas!|fatalError\(|@unchecked Sendable|nonisolated\(unsafe\)|unsafeBitCast/
        for path in Self.written where path.hasPrefix("Sources/") {
            let lines = try Project.lines(path)
            for (index, line) in lines.enumerated() where Self.code(line).contains(dangerous) {
                let near = lines[max(0, index - 4)...index].contains { $0.contains("//") }
                #expect(near, "\(path):\(index + 1) has no comment that says why")
            }
        }
    }

    @Test func `labs of different tests have different names, since they may be up at a time`() throws {
        var users: [String: String] = [:]
        for path in Self.written where path.hasPrefix("Tests/LabTests/") {
            for line in try Project.lines(path) {
                guard let match = line.firstMatch(of: /Lab\.with\("([a-z0-9]+)"/) else { continue }
                let former = users.updateValue(path, forKey: String(match.1))
                #expect(former == nil, "lab \(match.1) of \(path) is also in \(former ?? "")")
            }
        }
        #expect(users.count > 50)
    }

    @Test func `nothing says of itself that it is unfinished`() throws {
        let unfinished = /\b(TODO|FIXME|XXX|HACK)\b|not implemented|unimplemented/
        for path in Self.written where !path.hasPrefix("Tests/ArchitectureTests/") {
            for (index, line) in try Project.lines(path).enumerated() {
                #expect(!line.contains(unfinished), "\(path):\(index + 1)")
            }
        }
    }

    @Test func `no test is switched off or waits for a time instead of a condition`() throws {
        let waiting = /withKnownIssue|\.disabled\(|Task\.sleep|\busleep\(|Thread\.sleep/
        for path in Self.written where path.hasPrefix("Tests/") && !path.hasPrefix("Tests/ArchitectureTests/") {
            let lines = try Project.lines(path)
            for (index, line) in lines.enumerated() where Self.code(line).contains(waiting) {
                let near = lines[max(0, index - 4)...index].contains { $0.contains("//") }
                #expect(near, "\(path):\(index + 1) has no comment that says why")
            }
        }
    }

    @Test func `a test's name is a sentence`() throws {
        for path in Self.written where path.hasPrefix("Tests/") {
            let text = try Project.text(path)
            for match in text.matches(of: /@Test\b(?:\([^)]*\))?(?:\s|\.\w+)*func (?<name>\w+)/) {
                Issue.record("\(path): \(match.name)")
            }
        }
    }

    @Test func `no file knows a machine's own folders`() throws {
        // Written so that this file does not contain what it looks for.
        let places = ["/wor" + "k/", "/op" + "t/swift", "/hom" + "e/", "/roo" + "t/.", "/far" + "m"]
        for path in Self.everything {
            guard let text = try? Project.text(path) else { continue }  // Not text: nothing to read in it.
            for place in places {
                #expect(!text.contains(place), "\(path) names \(place)")
            }
        }
    }

    /// A line without its comment.
    static func code(_ line: Substring) -> Substring {
        line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
    }
}
