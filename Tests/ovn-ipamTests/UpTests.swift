import Foundation
import FoundationNetworking
import Glibc
import Testing

/// `ovn-ipam up` as a process, with OVN's real daemons.
@Suite(.timeLimit(.minutes(2))) struct UpTests {
    static let daemons: Set<String> = ["ovn-ipam-ovnnb_db.pid", "ovn-ipam-ovnsb_db.pid", "ovn-ipam-ovn-northd.pid"]

    /// Returns once `condition` holds; the suite's time limit is the deadline.
    private func until(_ condition: () -> Bool) async {
        while !condition() { await IPAMProcess.pause() }
    }

    private func names(_ url: String) async throws -> [String] {
        let (data, _) = try await URLSession.shared.data(
            from: try #require(URL(string: "\(url)/v2.0/networks?fields=name")))
        let json = try JSONDecoder().decode([String: [[String: String]]].self, from: data)
        return (json["networks"] ?? []).compactMap { $0["name"] }.sorted()
    }

    private func make(_ name: String, _ url: String) async throws {
        var request = URLRequest(url: try #require(URL(string: "\(url)/v2.0/networks")))
        request.httpMethod = "POST"
        request.httpBody = Data(#"{"network": {"name": "\#(name)"}}"#.utf8)
        let (data, response) = try await URLSession.shared.data(for: request)
        #expect((response as? HTTPURLResponse)?.statusCode == 201, "\(String(decoding: data, as: UTF8.self))")
    }

    @Test func `after SIGTERM only the database files are left`() async throws {
        try await IPAMProcess.withFolder { folder in
            let first = try IPAMProcess.up(folder)
            let url = try #require(await first.ready(), "\(first.log)")
            await until { Set(first.children.keys) == Self.daemons }
            try await make("kept", url)
            first.signal(SIGTERM)
            #expect(await first.end() == 0)
            #expect(first.children.isEmpty)

            let second = try IPAMProcess.up(folder)
            let again = try #require(await second.ready(), "\(second.log)")
            #expect(try await names(again) == ["kept"])
            second.signal(SIGINT)
            #expect(await second.end() == 0)
        }
    }

    @Test func `a daemon that dies comes back, and the API with it`() async throws {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder)
            let url = try #require(await process.ready(), "\(process.log)")
            for name in Self.daemons.sorted() {
                // ovn-northd starts after the API is ready.
                await until { process.children[name] != nil }
                let old = try #require(process.children[name])
                kill(old, SIGKILL)
                await until { process.children[name].map { $0 != old } ?? false }
            }
            try await make("after", url)
            #expect(try await names(url) == ["after"])
            process.signal(SIGTERM)
            #expect(await process.end() == 0)
            #expect(process.children.isEmpty)
        }
    }

    @Test func `SIGKILL leaves no daemon, and the next one starts`() async throws {
        try await IPAMProcess.withFolder { folder in
            let first = try IPAMProcess.up(folder)
            let url = try #require(await first.ready(), "\(first.log)")
            try await make("kept", url)
            first.signal(SIGKILL)
            _ = await first.end()
            await until { first.children.isEmpty }
            let second = try IPAMProcess.up(folder)
            let again = try #require(await second.ready(), "\(second.log)")
            #expect(try await names(again) == ["kept"])
            second.signal(SIGTERM)
            #expect(await second.end() == 0)
        }
    }

    @Test func `a daemon left behind by an earlier run is stopped`() async throws {
        try await IPAMProcess.withFolder { folder in
            let first = try IPAMProcess.up(folder)
            _ = try #require(await first.ready(), "\(first.log)")
            first.signal(SIGTERM)
            await first.end()
            // As left by a kernel that does not signal the parent's death.
            let orphan = Process()
            orphan.executableURL = URL(filePath: "/usr/sbin/ovsdb-server")
            let pidFile = "\(folder)/data/run/ovn-ipam-ovnnb_db.pid"
            orphan.arguments = [
                "-vconsole:off", "-vsyslog:off", "--pidfile=\(pidFile)", "--unixctl=\(folder)/orphan.ctl",
                "--remote=punix:\(folder)/orphan.sock", "\(folder)/data/ovnnb_db.db",
            ]
            try orphan.run()
            await until {
                FileManager.default.fileExists(atPath: pidFile)
                    && FileManager.default.fileExists(atPath: "\(folder)/orphan.sock")
            }
            let second = try IPAMProcess.up(folder)
            #expect(await second.ready() != nil, "\(second.log)")
            #expect(second.log.contains("stopping a daemon of an earlier run"))
            await until { !orphan.isRunning }
            second.signal(SIGTERM)
            #expect(await second.end() == 0)
        }
    }

    @Test func `a second ovn-ipam on the same folder is refused`() async throws {
        try await IPAMProcess.withFolder { folder in
            let first = try IPAMProcess.up(folder)
            _ = try #require(await first.ready(), "\(first.log)")
            let (status, output) = try await IPAMProcess.result("up", "--open", "--data-folder", "\(folder)/data")
            #expect(status == 1)
            #expect(
                output.contains("\(folder)/data is in use by process \(first.pid): stop that ovn-ipam"), "\(output)")
            first.signal(SIGTERM)
            #expect(await first.end() == 0)
        }
    }

    @Test func `an address in use is reported by its setting`() async throws {
        try await IPAMProcess.withFolder { folder in
            let first = try IPAMProcess.up(folder)
            let url = try #require(await first.ready(), "\(first.log)")
            let address = url.replacing("http://", with: "")
            let (status, output) = try await IPAMProcess.result(
                "up", "--open", "--data-folder", "\(folder)/other", "--nb-listen", address)
            #expect(status == 1)
            #expect(output.contains("nb-listen: cannot listen on \(address): Address already in use"), "\(output)")
            let (taken, complaint) = try await IPAMProcess.result(
                "up", "--open", "--data-folder", "\(folder)/third", "--sb-listen", "127.0.0.1:0", "--listen", address)
            #expect(taken == 1, "\(complaint)")
            #expect(complaint.contains("listen: cannot serve on \(address): Address already in use"), "\(complaint)")
            first.signal(SIGTERM)
            #expect(await first.end() == 0)
        }
    }
}
