import Release
import Testing

@testable import Commands

/// Command lines from their words to their exit codes, as far as nothing outside is needed.
@Suite(.timeLimit(.minutes(1)))
struct ProgramTests {
    /// A folder in which no Open vSwitch runs.
    static let nowhere = ["OVS_RUNDIR": "/nonexistent"]

    func container(
        _ words: String..., environment: [String: String] = nowhere
    ) async -> (status: Program.Status, said: ConsoleRecord) {
        let record = ConsoleRecord()
        return (await Program.run(OVNContainer.self, words, in: record.context(environment)), record)
    }

    func integrate(
        _ words: String..., environment: [String: String] = nowhere
    ) async -> (status: Program.Status, said: ConsoleRecord) {
        let record = ConsoleRecord()
        return (await Program.run(OVNIntegrate.self, words, in: record.context(environment)), record)
    }

    @Test func `help and version are results`() async {
        for words in [["--help"], ["--version"], ["help", "net-create"], ["net-create", "--help"], []] {
            let record = ConsoleRecord()
            #expect(await Program.run(OVNContainer.self, words, in: record.context()) == .done)
            #expect(record.output.count == 1 && record.errors == [], "\(words)")
        }
        let version = await integrate("--version")
        #expect(version.said.output == [Release.version])
    }

    @Test(arguments: [
        ["net-crate", "ls0"],
        ["net-create", "ls0"],
        ["net-create", "ls0", "192.168.1.0/33"],
        ["net-create", "ls0", "192.168.1.0"],
        ["net-create", "", "192.168.1.0/24"],
        ["net-create", "ls0", "192.168.1.0/24", "--mtu", "10"],
        ["net-create", "ls0", "2001:db8::/64", "--mtu", "1000"],
        ["net-create", "ls0", "192.168.1.0/24", "--gateway", "192.168.2.1"],
        ["net-create", "ls0", "192.168.1.0/24", "--allocation-pool", "192.168.1.20-192.168.1.10"],
        ["net-create", "ls0", "192.168.1.0/24", "192.168.1.128/25"],
        ["net-list", "--format", "xml"],
        ["net-list", "--timeout", "0"],
        ["net-list", "--timeout", "-1"],
        ["net-list", "--timeout", "soon"],
        ["net-list", "--db", "here"],
        ["endpoint-create"],
        ["endpoint-create", "ls0", "p", "--ip", "ls0"],
        ["endpoint-create", "ls0", "p", "--ip", "192.168.1.5", "--ip", "192.168.1.5"],
        ["endpoint-create", "ls0", "p", "--mac", "ff:ff:ff:ff:ff:ff"],
        ["container-create"],
        ["container-create", "ls0p0"],
        ["init", "--overlay-mode"],
        ["init", "--bridge", "br-int"],
        ["init", "--bridge", "br-int", "--overlay-mode", "--underlay-mode"],
    ])
    func `a command line that makes no sense is usage, before anything is opened`(words: [String]) async {
        let record = ConsoleRecord()
        #expect(await Program.run(OVNContainer.self, words, in: record.context(Self.nowhere)) == .usage)
        #expect(record.output == [])
        #expect(record.errors.count == 1)
    }

    @Test(arguments: [
        ["set-ipam"], ["set-ipam", ""], ["set-ipam", "10.0.0.256"], ["set-ipam", "a b"], ["set-ipam", "http://h"],
        ["set-tep", "host1"], ["set-tep", "10.0.0.0/24"], ["set-encap-type", "gre"], ["set-encap-type"],
        ["nics-to-bridge"], ["create-integration-bridge", "--datapath", "dpdk"], ["sing"],
    ])
    func `ovn-integrate says usage instead of writing nonsense`(words: [String]) async {
        let record = ConsoleRecord()
        #expect(await Program.run(OVNIntegrate.self, words, in: record.context(Self.nowhere)) == .usage)
        #expect(record.output == [] && record.errors.count == 1)
    }

    @Test func `without Open vSwitch every command is refused at once and says what is missing`() async {
        let commands = [
            ["net-list"], ["net-create", "ls0", "192.168.1.0/24"], ["net-delete", "ls0"], ["endpoint-create", "ls0"],
            ["endpoint-delete", "p"], ["container-create", "--network=p"], ["init", "--bridge=b", "--overlay-mode"],
        ]
        for words in commands {
            let record = ConsoleRecord()
            let start = ContinuousClock.now
            #expect(await Program.run(OVNContainer.self, words, in: record.context(Self.nowhere)) == .refused)
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(record.output == [])
            #expect(record.errors.first?.contains("open vswitch is not running") == true)
            #expect(record.errors.first?.contains("/nonexistent/db.sock") == true)
        }
        for words in [["create-integration-bridge"], ["set-ipam", "192.0.2.1"], ["status"]] {
            let record = ConsoleRecord()
            #expect(await Program.run(OVNIntegrate.self, words, in: record.context(Self.nowhere)) == .refused)
        }
    }

    @Test func `the underlay mode wants to know this machine's port`() async {
        let without = await container("init", "--bridge", "breth0", "--underlay-mode")
        #expect(without.status == .refused)
        #expect(without.said.errors.first?.contains("OS_VIF_ID is not set") == true)
        let wrong = await container(
            "init", "--bridge", "breth0", "--underlay-mode", environment: ["OS_VIF_ID": "an id"])
        #expect(wrong.status == .refused)
        #expect(wrong.said.errors.first?.contains("\"an id\", which is not a port's id") == true)
        let mixed = await container("init", "--bridge", "br-int", "--overlay-mode", "--vif-id", "x")
        #expect(mixed.status == .usage)
    }

    @Test func `a message names the program`() async {
        #expect(await container("net-list").said.errors.first?.hasPrefix("ovn-container: ") == true)
        #expect(await integrate("status").said.errors.first?.hasPrefix("ovn-integrate: ") == true)
    }
}
