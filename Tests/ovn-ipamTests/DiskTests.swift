import Foundation
import FoundationNetworking
import Glibc
import Testing

/// `ovn-ipam up` with full disks, corrupt files and exhausted descriptors.
@Suite(.timeLimit(.minutes(2))) struct DiskTests {
    private func ask(_ method: String, _ url: String, _ body: String? = nil) async throws -> (status: Int, text: String)
    {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    private func make(_ name: String, _ url: String) async throws -> (status: Int, text: String) {
        let description = String(repeating: "x", count: 250)
        return try await ask(
            "POST", "\(url)/v2.0/networks", #"{"network": {"name": "\#(name)", "description": "\#(description)"}}"#)
    }

    private func networks(_ url: String) async throws -> Int {
        try await ask("GET", "\(url)/v2.0/networks?fields=name").text.ranges(of: "\"name\"").count
    }

    private func end(_ process: IPAMProcess) async {
        process.signal(SIGTERM)
        #expect(await process.end() == 0)
    }

    @Test func `a full disk is reported, retried with growing pauses, and recovered from when there is space`()
        async throws
    {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder, diskOf: "300k")
            let url = try #require(await process.ready(), "\(process.log)")
            var made = 0
            var refusal = try await make("n0", url)
            while refusal.status == 201 {
                made += 1
                refusal = try await make("n\(made)", url)
            }
            #expect(made > 10)
            #expect(refusal.status == 503)
            for words in [
                "The Northbound database cannot be written", "No space left on device", "Nothing was changed",
            ] {
                #expect(refusal.text.contains(words), "\(refusal.text)")
            }
            let lines = process.log.split(separator: "\n").count
            for number in 1...50 { #expect(try await make("more\(number)", url).status == 503) }
            let later = process.log.split(separator: "\n").count
            #expect(later - lines < 150, "\(process.log.suffix(2_000))")

            let unready = try await ask("GET", "\(url)/readyz")
            #expect(unready.status == 503 && unready.text.contains("No space left on device"), "\(unready)")
            #expect(try await ask("GET", "\(url)/healthz").status == 200)
            #expect(try await networks(url) == made)
            #expect(process.log.firstMatch(of: /-\d+(\.\d+)?(e-\d+)? s/) == nil, "\(process.log)")

            try IPAMProcess.run(
                "nsenter", "-t", "\(process.pid)", "-m", "mount", "-o", "remount,size=20m", "\(folder)/data")
            // Without writes, the readiness check triggers the retry.
            while try await ask("GET", "\(url)/readyz").status != 200 { await IPAMProcess.pause() }
            #expect(process.log.contains("northbound database can be written again"))
            #expect(try await make("after", url).status == 201)
            #expect(try await networks(url) == made + 1)
            await end(process)
        }
    }

    @Test func `a damaged or foreign Northbound file is not served, and kept`() async throws {
        try await IPAMProcess.withFolder { folder in
            let first = try IPAMProcess.up(folder)
            let url = try #require(await first.ready(), "\(first.log)")
            for number in 1...30 { #expect(try await make("n\(number)", url).status == 201) }
            await end(first)

            let path = "\(folder)/data/ovnnb_db.db"
            let good = try Data(contentsOf: URL(filePath: path))
            var bad = good
            let place = try #require(bad.range(of: Data("\"n7\"".utf8))).lowerBound
            bad.replaceSubrange(place..<(place + 7), with: Data("damaged".utf8))
            let southbound = try Data(contentsOf: URL(filePath: "\(folder)/data/ovnsb_db.db"))
            for (bytes, words) in [
                (bad, "\(path) is damaged"), (southbound, "\(path) is a file of database OVN_Southbound"),
                (Data(), "\(path) is damaged"),
            ] {
                try bytes.write(to: URL(filePath: path))
                let process = try IPAMProcess.up(folder)
                #expect(await process.end() == 1)
                #expect(process.log.contains(words), "\(process.log)")
                #expect(try Data(contentsOf: URL(filePath: path)) == bytes)
            }
            try good.write(to: URL(filePath: path))
            let last = try IPAMProcess.up(folder)
            #expect(try await networks(try #require(await last.ready(), "\(last.log)")) == 30)
            await end(last)
        }
    }

    @Test func `a damaged Southbound file is set aside and refilled from Northbound`() async throws {
        try await IPAMProcess.withFolder { folder in
            let first = try IPAMProcess.up(folder)
            #expect(try await make("kept", try #require(await first.ready(), "\(first.log)")).status == 201)
            await end(first)
            let path = "\(folder)/data/ovnsb_db.db"
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes[bytes.count / 2] ^= 4
            try bytes.write(to: URL(filePath: path))
            let second = try IPAMProcess.up(folder)
            let url = try #require(await second.ready(), "\(second.log)")
            #expect(second.log.contains("damaged database recreated"), "\(second.log)")
            #expect(try await networks(url) == 1)
            await end(second)
            let kept = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/data")
                .filter { $0.hasPrefix("ovnsb_db.db.damaged-") }
            #expect(kept.count == 1)
        }
    }

    @Test func `a database damaged while it runs is not restarted until it is repaired`() async throws {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder)
            let url = try #require(await process.ready(), "\(process.log)")
            #expect(try await make("kept", url).status == 201)
            let path = "\(folder)/data/ovnnb_db.db"
            let good = try Data(contentsOf: URL(filePath: path))
            var bad = good
            bad[bad.count / 2] ^= 1
            try bad.write(to: URL(filePath: path))
            kill(try #require(process.children["ovn-ipam-ovnnb_db.pid"]), SIGKILL)
            while !process.log.contains("daemon cannot be restarted") { await IPAMProcess.pause() }
            #expect(process.log.contains("\(path) is damaged"), "\(process.log)")
            #expect(try await ask("GET", "\(url)/readyz").status == 503)
            try good.write(to: URL(filePath: path))
            while try await ask("GET", "\(url)/readyz").status != 200 { await IPAMProcess.pause() }
            #expect(try await networks(url) == 1)
            await end(process)
        }
    }

    @Test func `a daemon is started once descriptors are available`() async throws {
        try await IPAMProcess.withFolder { folder in
            let process = try IPAMProcess.up(folder)
            let url = try #require(await process.ready(), "\(process.log)")
            try IPAMProcess.run("prlimit", "--pid", "\(process.pid)", "--nofile=3:")
            kill(try #require(process.children["ovn-ipam-ovnnb_db.pid"]), SIGKILL)
            while !process.log.contains("Too many open files") { await IPAMProcess.pause() }
            try IPAMProcess.run("prlimit", "--pid", "\(process.pid)", "--nofile=1024:")
            while process.children["ovn-ipam-ovnnb_db.pid"] == nil { await IPAMProcess.pause() }
            while try await ask("GET", "\(url)/readyz").status != 200 { await IPAMProcess.pause() }
            #expect(try await make("after", url).status == 201)
            await end(process)
        }
    }

    @Test func `a planted link is not followed`() async throws {
        try await IPAMProcess.withFolder { folder in
            try FileManager.default.createDirectory(atPath: "\(folder)/data", withIntermediateDirectories: true)
            for name in ["ovn-ipam.lock", "ovnnb_db.db", "run/ovn-ipam-ovnsb_db.pid", "run/ovnnb_db.sock"] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/data/run", withIntermediateDirectories: true)
                try "precious".write(toFile: "\(folder)/victim", atomically: false, encoding: .utf8)
                #expect(symlink("\(folder)/victim", "\(folder)/data/\(name)") == 0)
                let process = try IPAMProcess.up(folder)
                #expect(await process.end() == 1)
                #expect(process.log.contains("\(folder)/data/\(name) is a symbolic link"), "\(process.log)")
                #expect(try String(contentsOfFile: "\(folder)/victim", encoding: .utf8) == "precious")
                #expect(unlink("\(folder)/data/\(name)") == 0)
            }
        }
    }
}
