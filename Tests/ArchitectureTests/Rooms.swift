/// The rooms and the arrows between them, as one of three sources tells them.
struct Rooms: Equatable {
    /// What each room may use, by room.
    var edges: [String: Set<String>] = [:]
    /// The rooms in the order they are listed.
    var order: [String] = []

    /// Everything that `room` reaches through its arrows.
    func reach(of room: String) -> Set<String> {
        var found: Set<String> = []
        var open = edges[room, default: []]
        while let next = open.popFirst() {
            if found.insert(next).inserted { open.formUnion(edges[next, default: []]) }
        }
        return found
    }

    /// What is declared and not imported, and what is imported and not declared; libraries from outside are left aside.
    func complaints(_ imported: [String: Set<String>]) -> [String] {
        order.flatMap { room in
            let declared = edges[room, default: []]
            let used = imported[room, default: []].intersection(order).subtracting([room])
            return declared.subtracting(used).sorted().map { "\(room) declares \($0), which none of its files imports" }
                + used.subtracting(declared).sorted().map { "\(room) imports \($0), which Package.swift does not say" }
        }
    }

    /// Reads the table under "## Rooms" of `docs/architecture.md`.
    static func documented() throws -> Rooms {
        var rooms = Rooms()
        for line in try Project.lines("docs/architecture.md") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingPrefix(while: \.isWhitespace) }
            let name = cells[0].dropFirst().prefix { $0 != "`" }
            let uses = cells[cells.count - 1].split(separator: ",").map { $0.filter { !$0.isWhitespace } }
            rooms.order.append(String(name))
            rooms.edges[String(name)] = Set(uses.filter { $0 != "–" })
        }
        return rooms
    }

    /// Reads the `room`, `command` and `.target` lines of `Package.swift`: arrows to rooms are its string literals,
    /// libraries from outside are names of constants.
    static func declared() throws -> Rooms {
        var rooms = Rooms()
        let targets = try Project.text("Package.swift").split(separator: "targets: [", maxSplits: 1)[1]
        let declaration = /(?:room|command|\.target|\.systemLibrary)\(\s*(?:name: )?"(?<name>[\w-]+)"(?<rest>[^()]*)\)/
        for match in targets.matches(of: declaration) where !match.rest.contains("path: \"Tests/") {
            let name = String(match.name)
            rooms.order.append(name)
            rooms.edges[name] = Set(match.rest.matches(of: /"([\w-]+)"/).map { String($0.1) })
        }
        return rooms
    }
}
