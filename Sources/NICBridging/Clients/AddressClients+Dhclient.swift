import CLinux
import Glibc
import HostNetwork
import Netlink

/// A dhclient(8) that serves one interface alone.
struct Dhclient: Equatable {
    let process: Int32
    let program: String
    let arguments: [String]

    /// The options that take a value.
    private static let valued: Set<String> = [
        "-p", "-D", "-e", "-s", "-g", "-cf", "-df", "-lf", "-pf", "-sf", "-C", "-B", "-H", "-F", "-V", "-U", "-R",
        "-timeout", "--decline-wait-time", "--address-prefix-len",
    ]

    /// The interfaces that it was told to serve; none means all.
    var interfaces: [String] {
        arguments.indices.dropFirst().filter { index in
            !arguments[index].hasPrefix("-") && !Self.valued.contains(arguments[index - 1])
        }.map { arguments[$0] }
    }

    /// Whether something else waits for its end, and would start it again.
    var isSupervised: Bool { arguments.contains("-d") }

    /// The command line that serves another interface, with files of its own, and returns at once.
    func moved(from old: String, to new: String) -> [String] {
        var result = arguments
        for index in arguments.indices.dropFirst() {
            let isFile = ["-lf", "-pf", "-df"].contains(arguments[index - 1])
            if isFile { result[index] = arguments[index].replacingName(old, with: new) }
            if arguments[index] == old, !Self.valued.contains(arguments[index - 1]) { result[index] = new }
        }
        result[0] = program
        if !result.contains("-nw") { result.insert("-nw", at: 1) }
        return result
    }

    /// The file with its leases, where it was told one.
    var leases: String? {
        arguments.firstIndex(of: "-lf").flatMap { $0 + 1 < arguments.count ? arguments[$0 + 1] : nil }
    }
}

extension AddressClients {
    /// Every dhclient of the NICs' namespace.
    func dhclients() throws -> [Dhclient] {
        try TextFile.names(in: root + "/proc").compactMap { name in
            guard let process = Int32(name), TextFile.find("\(root)/proc/\(name)/comm") == "dhclient\n",
                let text = TextFile.find("\(root)/proc/\(name)/cmdline")
            else { return nil }
            if let namespace, let link = TextFile.target(of: "\(root)/proc/\(name)/ns/net"),
                link != "net:[\(namespace.inode)]"
            {
                return nil
            }
            let words = text.split(separator: "\0").map(String.init)
            guard !words.isEmpty else { return nil }
            let program = TextFile.target(of: "\(root)/proc/\(name)/exe") ?? "dhclient"
            return Dhclient(process: process, program: program, arguments: words)
        }
    }

    /// Ends the dhclients of one interface, without giving the lease back, and starts the same for another.
    func moveDhclient(from old: String, to new: String) throws -> [String] {
        try dhclients().filter { $0.interfaces.contains(old) }.map { client in
            let command = client.moved(from: old, to: new)
            let advice =
                "stop dhclient (process \(client.process)) on \(old) and start '\(command.joined(separator: " "))'"
            guard client.interfaces == [old], !client.isSupervised else { return advice }
            if let file = client.leases, let text = TextFile.find(root + file) {
                let moved = text.split(separator: "\n", omittingEmptySubsequences: false).map {
                    $0.trimmed == "interface \"\(old)\";" ? "  interface \"\(new)\";" : String($0)
                }
                try TextFile.replace(root + file.replacingName(old, with: new), moved.joined(separator: "\n"))
            }
            if let problem = end(client.process) { return "\(problem); \(advice)" }
            if let problem = run(command) { return "\(problem); start '\(command.joined(separator: " "))'" }
            return "dhclient serves \(new) now instead of \(old)"
        }
    }

    /// SIGTERM lets it clean up on an interface that has no address any more; SIGKILL where it does not end by that.
    private func end(_ process: Int32) -> String? {
        let descriptor = clinux_pidfd_open(process)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        for signal in [SIGTERM, SIGKILL] {
            guard kill(process, signal) == 0 || errno == ESRCH else {
                return "dhclient (process \(process)) cannot be stopped: error \(errno)"
            }
            if Glibc.poll(&poll, 1, 2000) > 0 { return nil }
        }
        return "dhclient (process \(process)) does not end"
    }
}

extension String {
    /// The text with an interface's name replaced where it stands alone in a file's name: `dhclient.eth0.leases`.
    func replacingName(_ old: String, with new: String) -> String {
        let parts = split(separator: "/", omittingEmptySubsequences: false)
        let last = parts.last.map(String.init) ?? ""
        var rest = last[...]
        var result = ""
        while let range = rest.firstRange(of: old) {
            let isStart = range.lowerBound == rest.startIndex || !rest[rest.index(before: range.lowerBound)].isNamePart
            let isEnd = range.upperBound == rest.endIndex || !rest[range.upperBound].isNamePart
            result += rest[..<range.lowerBound] + (isStart && isEnd ? new : old)
            rest = rest[range.upperBound...]
        }
        return (parts.dropLast().map(String.init) + [result + rest]).joined(separator: "/")
    }
}

extension Character {
    fileprivate var isNamePart: Bool { isLetter || isNumber }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.last == " " ? start.dropLast() : start
    }
}
