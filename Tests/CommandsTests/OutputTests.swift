import Testing

@testable import Commands

struct OutputTests {
    static let listing = Listing(
        columns: [
            .init(key: "id", title: "ID", isBreakable: false), .init(key: "name", title: "Name"),
            .init(key: "subnets", title: "Subnets"), .init(key: "mtu", title: "MTU"),
        ],
        rows: [
            [Cell("0123456789"), Cell("ls0"), .list(["192.168.1.0/24", "2001:db8::/64"]), .number(1442)],
            [Cell("abcdefghij"), Cell(""), .list([]), .none],
        ])

    func printed(_ format: OutputFormat, width: Int? = nil) -> String {
        let record = ConsoleRecord()
        var options = OutputOptions()
        options.format = format
        options.print(Self.listing, on: record.console(width: width))
        return record.output.joined(separator: "\n")
    }

    @Test func `a table`() {
        #expect(
            printed(.table) == """
                +------------+------+-------------------------------+------+
                | ID         | Name | Subnets                       | MTU  |
                +------------+------+-------------------------------+------+
                | 0123456789 | ls0  | 192.168.1.0/24, 2001:db8::/64 | 1442 |
                | abcdefghij |      |                               |      |
                +------------+------+-------------------------------+------+
                """)
    }

    @Test func `a table that is too wide for the terminal is broken, not cut, and ids stay whole`() {
        #expect(
            printed(.table, width: 47) == """
                +------------+------+------------------+------+
                | ID         | Name | Subnets          | MTU  |
                +------------+------+------------------+------+
                | 0123456789 | ls0  | 192.168.1.0/24,  | 1442 |
                |            |      | 2001:db8::/64    |      |
                | abcdefghij |      |                  |      |
                +------------+------+------------------+------+
                """)
    }

    @Test func `a terminal too narrow for anything gets the narrowest table there is`() {
        let widths = printed(.table, width: 10).split(separator: "\n").map(\.count)
        #expect(Set(widths).count == 1)
        #expect(printed(.table, width: 10).contains("0123456789"))
    }

    @Test func `JSON has stable keys and types`() {
        #expect(
            printed(.json)
                == #"[{"id":"0123456789","name":"ls0","subnets":["192.168.1.0/24","2001:db8::/64"],"mtu":1442},"#
                + #"{"id":"abcdefghij","name":"","subnets":[],"mtu":null}]"#)
    }

    @Test func `values are apart by tabs, lists by commas`() {
        #expect(printed(.value) == "0123456789\tls0\t192.168.1.0/24,2001:db8::/64\t1442\nabcdefghij\t\t\t")
    }

    @Test func `an object in all formats`() {
        let description = Description(fields: [("id", "ID", Cell("1")), ("up", "Up", .flag(true))])
        func printed(_ format: OutputFormat) -> String {
            let record = ConsoleRecord()
            var options = OutputOptions()
            options.format = format
            options.print(description, on: record.console())
            return record.output.joined(separator: "\n")
        }
        #expect(printed(.json) == #"{"id":"1","up":true}"#)
        #expect(printed(.value) == "id\t1\nup\ttrue")
        #expect(printed(.table).contains("| Up    | yes   |"))
    }

    @Test func `text breaks after a blank, or where it must`() {
        #expect(Table.broken("aa bb cc", 5) == ["aa", "bb cc"] || Table.broken("aa bb cc", 5) == ["aa bb", "cc"])
        #expect(Table.broken("abcdefgh", 3) == ["abc", "def", "gh"])
        #expect(Table.broken("", 3) == [""])
        for width in 1...9 {
            #expect(Table.broken("one two three", width).allSatisfy { $0.count <= width })
        }
    }

    @Test func `an empty list is an empty list`() {
        let empty = Listing(columns: Self.listing.columns)
        let record = ConsoleRecord()
        var options = OutputOptions()
        for format in OutputFormat.allCases {
            options.format = format
            options.print(empty, on: record.console())
        }
        #expect(record.output.contains("[]"))
    }
}
