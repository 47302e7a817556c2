import Foundation
import Netlink
import Synchronization
import Testing

@testable import HostNetwork

/// A value that several tasks change.
final class Shared<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}

@Suite struct NetworkNamespaceTests {
    /// The namespaces of all threads of this process.
    func threadNamespaces() throws -> Set<String> {
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
        // A thread may end while the list is read.
        return Set(
            tasks.compactMap {
                try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/task/\($0)/ns/net")
            })
    }

    @Test func `no thread is ever left in a foreign namespace`() async throws {
        let home = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")
        let seen = Shared<Set<String>>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    let namespace = try NetworkNamespace.make()
                    let links = try HostLinks(in: namespace)
                    #expect(try await links.all().map(\.name) == ["lo"])
                    let inside = try namespace.run { () throws in
                        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")
                    }
                    #expect(inside != home)
                    await Task.yield()
                    let here = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self/ns/net")
                    seen.value.withLock { _ = $0.insert(here) }
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.value.withLock { $0 } == [home])
        // Threads that entered one have ended; the kernel takes a moment to forget them.
        let deadline = ContinuousClock.now + .seconds(5)
        while try threadNamespaces() != [home], ContinuousClock.now < deadline { await Task.yield() }
        #expect(try threadNamespaces() == [home])
    }

    @Test func `a namespace is itself and no other`() throws {
        let one = try NetworkNamespace.make()
        let other = try NetworkNamespace.make()
        let again = try NetworkNamespace(path: "/proc/self/fd/\(one.descriptor)")
        #expect(one.identity == again.identity)
        #expect(one.identity != other.identity)
        #expect(NetworkNamespace.Identity(one.identity.description) == one.identity)
        #expect(try NetworkNamespace.current().identity != one.identity)
    }

    @Test func `a process's namespace is opened by its number`() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/unshare")
        process.arguments = ["--net", "sh", "-c", "echo ready; exec sleep 60"]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        defer { process.waitUntilExit() }
        _ = pipe.fileHandleForReading.availableData
        let number = process.processIdentifier
        let namespace = try NetworkNamespace(process: number)
        #expect(try NetworkNamespace.current().identity != namespace.identity)
        kill(number, SIGKILL)
        process.waitUntilExit()
        #expect(throws: NetlinkError.self) { try NetworkNamespace(process: number) }
        // It is held open all the same.
        var socket = try NetlinkSocket(in: namespace.descriptor)
        #expect(try socket.rows(.listLinks(), within: .seconds(1)).count == 1)
    }

    @Test(arguments: ["/etc/passwd", "/nonexistent", "/proc/self/ns/uts", "/proc"])
    func `what is no network namespace is refused`(path: String) {
        #expect(throws: NetlinkError.self) { try NetworkNamespace(path: path) }
    }

    @Test func `the host's own namespace is no sandbox`() async throws {
        let ground = try Playground()
        await #expect(throws: NetlinkError.self) {
            try await ground.host.inspect(hostInterface: "ovntest", sandbox: ground.host.namespace)
        }
    }

    @Test(arguments: ["process:17", "path:/run/docker/netns/abc", "path:/a:b"])
    func `a sandbox's place is read as it was written`(text: String) {
        #expect(Sandbox.Location(text)?.description == text)
    }

    @Test(arguments: ["", "process:", "process:0", "process:-3", "process:x", "path:", "file:/x", "17"])
    func `what is no sandbox's place is refused`(text: String) {
        #expect(Sandbox.Location(text) == nil)
    }
}

@Suite struct InterfaceNameTests {
    @Test func `a port's interface is called after its id`() {
        #expect(InterfaceName.host(ofPort: "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0") == "ovn0f1e2d3c4b5a")
        #expect(InterfaceName.host(ofPort: "0F1E2D3C-4b5a-6978-8796-a5b4c3d2e1f0") == "ovn0f1e2d3c4b5a")
    }

    @Test(arguments: ["ls0p0", "", "a name far longer than an interface's may be", "é"])
    func `an id that is no UUID gets a name of its own`(id: String) {
        let name = InterfaceName.host(ofPort: id)
        #expect(name.utf8.count == 15)
        #expect(InterfaceName.isValid(name))
        #expect(name != InterfaceName.host(ofPort: id + "x"))
    }

    @Test(arguments: ["", ".", "..", "a/b", "a b", "a:b", "sixteencharacter", "tab\t"])
    func `what the kernel would refuse is no name`(name: String) {
        #expect(!InterfaceName.isValid(name))
    }
}

@Suite struct NameLockTests {
    func uniqueName() -> String { "ovn-containers/test/\(UUID().uuidString)" }

    @Test func `one holds a name at a time`() async throws {
        let name = uniqueName()
        let inside = Shared(0)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
                group.addTask {
                    let lock = try await NameLock.hold(name, within: .seconds(20))
                    let count = inside.value.withLock { count -> Int in
                        count += 1
                        return count
                    }
                    #expect(count == 1)
                    for _ in 0..<100 { await Task.yield() }
                    inside.value.withLock { $0 -= 1 }
                    withExtendedLifetime(lock) {}
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `waiting for a name ends at the deadline`() async throws {
        let name = uniqueName()
        let lock = try await NameLock.hold(name, within: .seconds(1))
        let error = await #expect(throws: NetlinkError.self) {
            _ = try await NameLock.hold(name, within: .milliseconds(30))
        }
        #expect(error?.code == .timedOut)
        withExtendedLifetime(lock) {}
    }

    @Test func `a name is free when its holder was killed`() async throws {
        let name = uniqueName()
        let file = "/run/ovn-containers/" + name.replacing("/", with: "%2f")
        _ = try await NameLock.hold(name, within: .seconds(1))
        let holder = try start(
            "/usr/bin/python3", "-c",
            """
            import fcntl, time
            f = open("\(file)", "w"); fcntl.flock(f, fcntl.LOCK_EX); print("ready", flush=True); time.sleep(60)
            """)
        let waiting = Task {
            let lock = try await NameLock.hold(name, within: .seconds(20))
            #expect(access(file, F_OK) == 0)
            withExtendedLifetime(lock) {}
        }
        // A head start for who waits; without it the test is only easier to pass.
        try await Task.sleep(for: .milliseconds(20))
        kill(holder.process.processIdentifier, SIGKILL)
        holder.process.waitUntilExit()
        try await waiting.value
        #expect(access(file, F_OK) != 0, "the file stays behind")
    }

    @Test func `no other user can take a name, neither its file nor the socket that it was before`() async throws {
        let name = uniqueName()
        let file = "/run/ovn-containers/" + name.replacing("/", with: "%2f")
        let lock = try await NameLock.hold(uniqueName(), within: .seconds(1))
        let stranger = try start(
            "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/python3", "-c",
            """
            import socket, time
            s = socket.socket(socket.AF_UNIX); s.bind("\\0\(name)"); s.listen(8)
            try: open("\(file)", "w"); print("opened", flush=True)
            except PermissionError: print("refused", flush=True)
            time.sleep(60)
            """)
        defer {
            kill(stranger.process.processIdentifier, SIGKILL)
            stranger.process.waitUntilExit()
        }
        #expect(stranger.said.hasPrefix("refused"))
        withExtendedLifetime(try await NameLock.hold(name, within: .zero)) {}
        withExtendedLifetime(lock) {}
    }

    /// A program that has said a word.
    private func start(_ program: String, _ arguments: String...) throws -> (process: Process, said: String) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        return (process, said)
    }
}
