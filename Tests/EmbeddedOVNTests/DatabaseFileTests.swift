import Foundation
import Glibc
import Logging
import Testing

@testable import EmbeddedOVN

/// Database files of the real ovsdb-tool, as a disk may give them back.
@Suite(.timeLimit(.minutes(2))) struct DatabaseFileTests {
    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    private static let schema = "/usr/share/ovn/ovn-nb.ovsschema"

    private static func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = "/tmp/ovn-containers-files-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private static func file(_ folder: String, isDerived: Bool = false) -> DatabaseFile {
        DatabaseFile(path: "\(folder)/nb.db", name: "OVN_Northbound", schema: schema, isDerived: isDerived)
    }

    @discardableResult
    private static func tool(_ arguments: String...) throws -> (status: Int32, output: String) {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/ovsdb-tool")
        process.arguments = arguments
        (process.standardOutput, process.standardError) = (pipe, FileHandle.nullDevice)
        try process.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    /// A database of `count` logical switches.
    private static func fill(_ folder: String, _ count: Int = 3) async throws -> Data {
        try await file(folder).prepare(logger: logger)
        for number in 1...count {
            try tool(
                "transact", "\(folder)/nb.db",
                #"["OVN_Northbound", {"op": "insert", "table": "Logical_Switch", "row": {"name": "ls\#(number)"}}]"#)
        }
        return try Data(contentsOf: URL(filePath: "\(folder)/nb.db"))
    }

    private static func names(_ path: String) throws -> Int {
        let (_, output) = try tool(
            "query", path,
            #"["OVN_Northbound", {"op": "select", "table": "Logical_Switch", "where": [], "columns": ["name"]}]"#)
        return output.ranges(of: "\"name\"").count
    }

    private static func kept(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasPrefix("nb.db.") }.sorted()
    }

    @Test func `a changed byte, wherever it is, is refused with the file's name, and the file is kept`() async throws {
        try await Self.withFolder { folder in
            let good = try await Self.fill(folder)
            let path = "\(folder)/nb.db"
            for position in stride(from: 0, to: good.count, by: 173) {
                var bad = good
                bad[position] ^= 0x15
                try bad.write(to: URL(filePath: path))
                let error = await #expect(throws: EmbeddedOVNError.self, "byte \(position)") {
                    try await Self.file(folder).prepare(logger: Self.logger)
                }
                #expect(error?.message.contains("\(path) is damaged") == true, "\(position): \(error?.message ?? "")")
                #expect(try Data(contentsOf: URL(filePath: path)) == bad)
            }
            #expect(try Self.kept(folder).isEmpty)
            try good.write(to: URL(filePath: path))
            try await Self.file(folder).prepare(logger: Self.logger)
            #expect(try Self.names(path) == 3)
        }
    }

    @Test func `the error names a remedy that works`() async throws {
        try await Self.withFolder { folder in
            var bytes = try await Self.fill(folder, 5)
            let path = "\(folder)/nb.db"
            let range = try #require(bytes.range(of: Data("ls4".utf8)))
            bytes.replaceSubrange(range, with: Data("lsX".utf8))
            try bytes.write(to: URL(filePath: path))
            let error = await #expect(throws: EmbeddedOVNError.self) {
                try await Self.file(folder).prepare(logger: Self.logger)
            }
            let command = try #require(error?.message.split(separator: "`").last.map(String.init))
            let shell = Process()
            shell.executableURL = URL(filePath: "/bin/sh")
            shell.arguments = ["-c", command]
            try shell.run()
            shell.waitUntilExit()
            try await Self.file(folder).prepare(logger: Self.logger)
            #expect(try Self.names(path) == 3)
            #expect(try Data(contentsOf: URL(filePath: "\(path).damaged")) == bytes)
        }
    }

    @Test func `an unfinished last record is saved beside the file and cut off`() async throws {
        try await Self.withFolder { folder in
            let good = try await Self.fill(folder)
            let path = "\(folder)/nb.db"
            for missing in [1, 40, 150] {
                let cut = good.dropLast(missing)
                try cut.write(to: URL(filePath: path))
                try await Self.file(folder).prepare(logger: Self.logger)
                #expect(try Self.names(path) == 2)
                let name = try #require(try Self.kept(folder).first)
                let tail = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
                #expect(try Data(contentsOf: URL(filePath: path)) + tail == cut)
                #expect(unlink("\(folder)/\(name)") == 0)
            }
        }
    }

    @Test func `a damaged file of a derived database is set aside and recreated`() async throws {
        try await Self.withFolder { folder in
            var bytes = try await Self.fill(folder)
            bytes[bytes.count / 2] ^= 1
            try bytes.write(to: URL(filePath: "\(folder)/nb.db"))
            try await Self.file(folder, isDerived: true).prepareAgain(logger: Self.logger)
            #expect(try Self.names("\(folder)/nb.db") == 0)
            let name = try #require(try Self.kept(folder).first)
            #expect(name.hasPrefix("nb.db.damaged-"))
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")) == bytes)
        }
    }

    @Test func `a file of another schema, of a cluster, or in use is refused and kept`() async throws {
        try await Self.withFolder { folder in
            let path = "\(folder)/nb.db"
            func refusal(_ words: String) async throws {
                let before = try Data(contentsOf: URL(filePath: path))
                for isDerived in [false, true] {
                    let error = await #expect(throws: EmbeddedOVNError.self) {
                        try await Self.file(folder, isDerived: isDerived).prepare(logger: Self.logger)
                    }
                    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
                }
                #expect(try Data(contentsOf: URL(filePath: path)) == before)
                #expect(try Self.kept(folder).isEmpty)
                #expect(unlink(path) == 0)
            }
            try Self.tool("create", path, "/usr/share/ovn/ovn-sb.ovsschema")
            try await refusal("\(path) is a file of database OVN_Southbound, not of OVN_Northbound")
            try Self.tool("create-cluster", path, Self.schema, "tcp:127.0.0.1:1")
            try await refusal("\(path) is a clustered database")
            _ = try await Self.fill(folder)
            let server = Process()
            server.executableURL = URL(filePath: "/usr/sbin/ovsdb-server")
            server.arguments = [
                "-vconsole:off", "-vsyslog:off", "--unixctl=\(folder)/ctl", "--remote=punix:\(folder)/sock", path,
            ]
            try server.run()
            defer {
                // It inherits a thread's mask, which holds SIGTERM back.
                kill(server.processIdentifier, SIGKILL)
                server.waitUntilExit()
            }
            try await DaemonTests.until { FileManager.default.fileExists(atPath: "\(folder)/sock") }
            try await refusal("\(path) is in use by process \(server.processIdentifier): stop it")
        }
    }

    @Test func `a copy is made before a conversion`() async throws {
        try await Self.withFolder { folder in
            let old = try String(contentsOfFile: Self.schema, encoding: .utf8)
                .replacing(/"version": "[0-9.]*"/, with: "\"version\": \"1.2.3\"")
            try old.write(toFile: "\(folder)/old", atomically: true, encoding: .utf8)
            let path = "\(folder)/nb.db"
            try Self.tool("create", path, "\(folder)/old")
            let before = try Data(contentsOf: URL(filePath: path))
            try await Self.file(folder).prepare(logger: Self.logger)
            let name = try #require(try Self.kept(folder).first)
            #expect(name.hasPrefix("nb.db.1.2.3-"))
            #expect(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")) == before)
            #expect(try Self.tool("needs-conversion", path, Self.schema).output == "no\n")
            try await Self.file(folder).prepare(logger: Self.logger)
            #expect(try Self.kept(folder).count == 1)
        }
    }

    @Test func `the one row is inserted at creation, and ovsdb-tool does not read the file again`() async throws {
        try await Self.withFolder { folder in
            var file = Self.file(folder)
            try await file.prepare(logger: Self.logger)
            #expect(try !file.hasRow(of: "NB_Global"))
            // In a text it is no row; the schema is one of many names of it.
            try Self.tool(
                "transact", file.path,
                #"["OVN_Northbound", {"op": "insert", "table": "Logical_Switch", "row": {"name": "\"NB_Global\":{"}}]"#)
            #expect(try !file.hasRow(of: "NB_Global"))
            #expect(try file.hasRow(of: "Logical_Switch"))
            file.onlyRowTable = "NB_Global"
            try await file.prepare(logger: Self.logger)
            #expect(try file.hasRow(of: "NB_Global"))
            let once = try Data(contentsOf: URL(filePath: file.path))
            try await file.prepare(logger: Self.logger)
            #expect(try Data(contentsOf: URL(filePath: file.path)) == once)

            var new = Self.file(folder + "/.")
            new.onlyRowTable = "NB_Global"
            try FileManager.default.removeItem(atPath: file.path)
            try await new.prepare(logger: Self.logger)
            #expect(try new.hasRow(of: "NB_Global"))
        }
    }

    @Test func `a row is found across chunk boundaries of a large file`() async throws {
        try await Self.withFolder { folder in
            let file = Self.file(folder)
            try await file.prepare(logger: Self.logger)
            let schema = try Data(contentsOf: URL(filePath: file.path))
            for end in [0, 1, 7, 12, 13, 14] {
                // The pieces are of 1 MiB, counted from the end of the schema.
                var bytes = schema + Data(repeating: UInt8(ascii: " "), count: 1 << 20 - end)
                bytes += Data(#""NB_Global":{"#.utf8)
                try bytes.write(to: URL(filePath: file.path))
                #expect(try file.hasRow(of: "NB_Global"), "\(end)")
                #expect(try !file.hasRow(of: "NB_Globa"), "\(end)")
            }
        }
    }
}
