import ArgumentParser
import FoundationEssentials
import OVSDB

/// Generates Swift structs for the rows of the tables in use.
@main
struct ModelGenerator: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ovsdb-modelgen",
        abstract: "write Swift structs for the tables of OVSDB schemas",
        discussion: "Which tables, and under which names, is in Selection.swift.")

    @Option(help: "folder with the .ovsschema files")
    var schemas = "Schemas"

    @Option(help: "folder that the Swift files go to, one folder per database")
    var output = "Sources/OVNModel"

    @Flag(help: "write nothing; fail if a file is not what would be written")
    var check = false

    func run() throws {
        var stale: [String] = []
        for selection in Selection.all {
            let folder = "\(output)/\(selection.namespace)"
            var files: [String: String] = [:]
            for (name, text) in try selection.files(schemaFolder: schemas) { files[name] = text }
            let present =
                FileManager.default.fileExists(atPath: folder)
                ? try FileManager.default.contentsOfDirectory(atPath: folder) : []
            for name in present where files[name] == nil { stale.append("\(folder)/\(name)") }
            for (name, text) in files {
                // An unreadable file counts as out of date.
                let current = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
                if current != text { stale.append("\(folder)/\(name)") }
            }
            if !check {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                for name in present where files[name] == nil {
                    try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
                }
                for (name, text) in files {
                    try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
                }
            }
        }
        if check, !stale.isEmpty {
            throw ValidationError(
                "not up to date, run 'make generate': \(stale.sorted().joined(separator: ", "))")
        }
    }
}
