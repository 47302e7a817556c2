import ArgumentParser
import FoundationEssentials

/// Writes a program's manual page from its own description of its commands; `make build` runs it, it is not shipped.
@main
struct Main: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ovn-manual",
        abstract: "Write a manual page from what --experimental-dump-help prints.")

    @Argument(help: "A file with the program's description.")
    var description: String

    @Option(help: "The release that the page is of.")
    var release: String

    @Option(help: "A file with further sections, in man(7)'s macros.")
    var more: String?

    func run() throws {
        let data = try Data(contentsOf: URL(filePath: description))
        let program = try JSONDecoder().decode(ProgramDescription.self, from: data)
        let more = try more.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
        print(ManualPage(program: program.command, version: release, more: more).text, terminator: "")
    }
}
