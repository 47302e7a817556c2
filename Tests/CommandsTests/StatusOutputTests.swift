import HostAttachment
import NetAddress
import OVSDB
import TestSamples
import Testing

@testable import Commands
@testable import HostDiagnosis

struct StatusOutputTests {
    @Test func `all formats show every check and tunnel`() throws {
        let replica = try HostRows.database(
            HostRows.complete, more: [.insert(HostRows.bridge())] + HostRows.tunnel())
        let status = IntegrationStatus(replica, .init(controller: .connected, addresses: []))
        for format in OutputFormat.allCases {
            let record = ConsoleRecord()
            var options = OutputOptions()
            options.format = format
            status.print(options, on: record.console())
            let text = record.output.joined(separator: "\n")
            #expect(text.contains("192.0.2.12") && text.contains("tcp:192.0.2.1:6642") && text.contains("connected"))
        }
    }
}
