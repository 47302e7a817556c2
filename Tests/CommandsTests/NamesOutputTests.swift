import NeutronAPI
import TestSamples
import Testing

@testable import Commands

/// What is told of names.
struct NamesOutputTests {
    @Test func `names are listed by name, each with every endpoint that has it`() throws {
        var web = try Sample.port(1, device: "2b31f0c2a75c5d5a6c8a", host: "host1")
        web.name = "web"
        web.standard.tags = ["dns:front", "dns:web", "mine"]
        web.fixedIPs = try Sample.port(1, on: 1, [(1, "10.1.0.5"), (2, "fd00::5")]).fixedIPs
        var other = try Sample.port(2, device: "3c", host: "host2")
        other.name = "db"
        other.standard.tags = ["dns:DB", "dns:front", "dns:"]
        other.fixedIPs = try Sample.port(2, on: 1, [(1, "10.1.0.6")]).fixedIPs
        let bare = try Sample.port(3)

        let record = ConsoleRecord()
        var options = OutputOptions()
        options.format = .value
        options.print(ListNames.listing([other, web, bare]), on: record.console(width: nil))
        #expect(
            record.output == [
                "DB\t10.1.0.6\tdb\t\(other.id)\t3c\thost2",
                "front\t10.1.0.6\tdb\t\(other.id)\t3c\thost2",
                "front\t10.1.0.5,fd00::5\tweb\t\(web.id)\t2b31f0c2a75c\thost1",
                "web\t10.1.0.5,fd00::5\tweb\t\(web.id)\t2b31f0c2a75c\thost1",
            ])
        let endpoints = ListEndpoints.listing([web, bare], [])
        #expect(endpoints.rows.map { $0.last } == [.list([]), .list(["web", "front"])])
        #expect(ShowEndpoint.description(web, nil).fields.last?.value == .list(["web", "front"]))
    }

    @Test func `a table of names fits the terminal`() throws {
        var port = try Sample.port(1, device: "2b31f0c2a75c5d5a6c8a", host: "host1")
        port.standard.tags = ["dns:\(String(repeating: "x", count: 55))"]
        let text = Table(ListNames.listing([port]), width: 110).text
        #expect(text.split(separator: "\n").allSatisfy { $0.count == 110 })
    }
}
