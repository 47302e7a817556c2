import Testing

@Suite struct RoomTests {
    @Test func `the manifest's arrows are those of docs/architecture.md`() throws {
        let documented = try Rooms.documented()
        let declared = try Rooms.declared()
        #expect(Set(declared.order) == Set(documented.order))
        for room in declared.order {
            #expect(declared.edges[room] == documented.edges[room], "\(room) in Package.swift and in the table")
        }
    }

    @Test func `arrows point to rooms listed earlier`() throws {
        let rooms = try Rooms.documented()
        var earlier: Set<String> = []
        for room in rooms.order {
            #expect(rooms.edges[room, default: []].isSubset(of: earlier), "\(room) uses a room listed after it")
            earlier.insert(room)
        }
    }

    @Test func `a room declares the rooms that its files import, and no others`() throws {
        let declared = try Rooms.declared()
        var imported: [String: Set<String>] = [:]
        for room in declared.order {
            for path in Project.files(below: "Sources/\(room)", suffix: ".swift") {
                imported[room, default: []].formUnion(try Self.imports(of: path))
            }
        }
        let complaints = declared.complaints(imported)
        #expect(complaints.isEmpty, "\(complaints)")
    }

    @Test func `an arrow that is not used is told, and a use without an arrow`() {
        let rooms = Rooms(edges: ["A": [], "B": ["A"], "C": ["A"]], order: ["A", "B", "C"])
        #expect(rooms.complaints(["B": ["A", "Logging"], "C": ["A"]]).isEmpty)
        #expect(
            rooms.complaints(["B": ["A"], "C": ["B"]]) == [
                "C declares A, which none of its files imports", "C imports B, which Package.swift does not say",
            ])
    }

    @Test(arguments: Project.files(below: "Tests/Fuzz", suffix: ".swift"))
    func `a fuzzer names every room that its own need`(_ path: String) throws {
        let rooms = try Rooms.declared()
        let words = try Project.lines(path).prefix(2).map {
            Set($0.split(separator: " ").dropFirst(2).map(String.init))
        }
        let own = words[0].intersection(rooms.order)
        let missing = own.reduce(into: Set<String>()) { $0.formUnion(rooms.reach(of: $1)) }
            .subtracting(words[0]).subtracting(words[1])
        #expect(missing.isEmpty, "\(path) lacks \(missing.sorted())")
    }

    @Test(arguments: [
        "NetAddress", "OVSDB", "OVNModel", "IPAM", "DHCPOptions", "DNSMessages", "NameDirectory", "NeutronAPI",
        "Release", "YAML",
    ])
    func `a pure room reaches no socket, no clock and no system call`(_ room: String) throws {
        let impure: Set<String> = [
            "Glibc", "Musl", "Dispatch", "Foundation", "NIOCore", "NIOPosix", "NIOConcurrencyHelpers", "CLinux",
            "ServiceLifecycle", "AsyncHTTPClient",
        ]
        for path in Project.files(below: "Sources/\(room)", suffix: ".swift") {
            #expect(try Self.imports(of: path).isDisjoint(with: impure), "\(path)")
            let text = try Project.text(path)
            for clock in ["ContinuousClock", "SuspendingClock", "Date()", "Date.now", "Task.sleep"] {
                #expect(!text.contains(clock), "\(path) holds a clock: \(clock)")
            }
        }
    }

    @Test func `what ships never loads full Foundation`() throws {
        for path in Project.files(below: "Sources", suffix: ".swift") {
            let imported = try Self.imports(of: path)
            let heavy = imported.intersection(["Foundation", "FoundationNetworking", "FoundationXML"])
            #expect(heavy.isEmpty, "\(path) imports \(heavy): FoundationEssentials does without ICU")
        }
    }

    /// The modules a file imports. Memory named function by function is no system call that a pure room must do without.
    static func imports(of path: String) throws -> Set<String> {
        let memory = /^(?:private )?import func Glibc\.(?:realloc|free)$/
        let statement =
            /^\s*(?:@\w+(?:\(\w+\))? )*(?:(?:public|package|internal|private|fileprivate) )?import (?:(?:struct|class|enum|protocol|func|let|var|typealias) )?(?<module>\w+)/
        return Set(
            try Project.lines(path).filter { $0.wholeMatch(of: memory) == nil }
                .compactMap { line in line.firstMatch(of: statement).map { String($0.module) } })
    }
}
