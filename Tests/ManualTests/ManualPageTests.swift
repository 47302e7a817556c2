import Foundation
import Testing

@testable import ovn_manual

@Suite struct ManualPageTests {
    static let description = """
        {"command": {"commandName": "ovn-thing", "abstract": "Make things.", "shouldDisplay": true,
          "discussion": "First.\\n\\n.Second",
          "subcommands": [
            {"commandName": "help", "shouldDisplay": true},
            {"commandName": "hidden", "shouldDisplay": false},
            {"commandName": "thing-create", "abstract": "Create one.", "shouldDisplay": true, "arguments": [
              {"kind": "positional", "shouldDisplay": true, "isOptional": false, "isRepeating": false, "valueName": "name",
               "abstract": "What it is called."},
              {"kind": "option", "shouldDisplay": true, "isOptional": true, "isRepeating": false, "valueName": "mtu",
               "names": [{"kind": "long", "name": "mtu"}, {"kind": "short", "name": "m"}], "defaultValue": "1442",
               "preferredName": {"kind": "long", "name": "mtu"}, "abstract": "Its size."},
              {"kind": "flag", "shouldDisplay": true, "isOptional": true, "isRepeating": false,
               "names": [{"kind": "long", "name": "help"}], "preferredName": {"kind": "long", "name": "help"}}]}]}}
        """

    static func page() throws -> String {
        let program = try JSONDecoder().decode(ProgramDescription.self, from: Data(description.utf8))
        return ManualPage(program: program.command, version: "1.0", more: ".SH EXIT STATUS\n0\n").text
    }

    @Test func `a command's synopsis has what must be given`() throws {
        let expected = #"\fBovn\-thing\fR \fBthing\-create\fR [\fIoptions\fR] \fINAME\fR"#
        #expect(try Self.page().contains(expected))
    }

    @Test func `an option is listed with its names, value and default`() throws {
        let expected = ".TP\n" + #"\fB\-\-mtu\fR, \fB\-m\fR \fIMTU\fR"# + "\nIts size. (default: 1442)"
        #expect(try Self.page().contains(expected))
    }

    @Test func `hidden commands and help are left out`() throws {
        let page = try Self.page()
        #expect(!page.contains("hidden") && !page.contains("help"))
    }

    @Test func `text that looks like a macro is text`() throws {
        #expect(try Self.page().contains("First.\n.PP\n\\&.Second"))
    }

    @Test func `sections written by hand come last`() throws {
        #expect(try Self.page().hasSuffix(".SH EXIT STATUS\n0\n"))
    }
}
