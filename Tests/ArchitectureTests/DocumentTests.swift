import Foundation
import Testing

@Suite struct DocumentTests {
    static let documents =
        ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"] + Project.files(below: "docs", suffix: ".md")

    @Test func `the architecture fits on a hundred lines`() throws {
        #expect(try Project.lines("docs/architecture.md").count <= 101)
    }

    @Test(arguments: documents)
    func `a link to a file leads to one`(_ document: String) throws {
        let folder = Project.root.appending(path: document).deletingLastPathComponent()
        for match in try Project.text(document).matches(of: /\]\((?<target>[^)#:]+)(?:#[^)]*)?\)/) {
            let target = folder.appending(path: String(match.target))
            #expect(FileManager.default.fileExists(atPath: target.path), "\(document) links to \(match.target)")
        }
    }

    @Test(arguments: documents)
    func `a make verb that is written about exists`(_ document: String) throws {
        let verbs = try Self.verbs()
        for match in try Project.text(document).matches(of: /`(?:[A-Z]+=\S+ )*make (?<verb>[a-z-]+)/) {
            #expect(verbs.contains(String(match.verb)), "\(document) says make \(match.verb)")
        }
    }

    @Test func `make help lists every verb`() throws {
        let phony = try Project.text("Makefile").firstMatch(of: /\.PHONY: (?<verbs>(?:[a-z -]|\\\n)+)/)
        let declared = Set(phony?.verbs.matches(of: /[a-z-]+/).map { String($0.0) } ?? [])
        #expect(try declared.subtracting(["build-tests"]) == Self.verbs())
    }

    @Test func `a shell script is well formed and stops at its first error`() throws {
        let scripts = ["Scripts", "lab", "image", ".ci", "Tests", "Benchmarks"].flatMap { Project.files(below: $0) }
        for path in scripts {
            guard let text = try? Project.text(path), text.hasPrefix("#!"),
                text.prefix(while: { $0 != "\n" }).hasSuffix("sh")
            else { continue }
            #expect(
                text.contains(/^set -[eu]/.anchorsMatchLineEndings()) || text.count < 400, "\(path) does not set -eu")
            #expect(FileManager.default.isExecutableFile(atPath: Project.root.appending(path: path).path), "\(path)")
            let check = Process()
            check.executableURL = URL(filePath: "/bin/bash")
            check.arguments = ["-n", Project.root.appending(path: path).path]
            try check.run()
            check.waitUntilExit()
            #expect(check.terminationStatus == 0, "bash -n \(path)")
        }
    }

    /// What `make help` lists: the targets with a description.
    static func verbs() throws -> Set<String> {
        Set(
            try Project.lines("Makefile").compactMap { line in
                line.firstMatch(of: /^([a-z-]+):.*##./).map { String($0.1) }
            })
    }
}
