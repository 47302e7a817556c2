import NeutronAPI
import TestSamples
import Testing

@testable import HostEndpoints

struct EndpointStandingTests {
    let vif = ID<Port>(high: 3, low: 99)

    func port(_ change: (inout Port) -> Void) throws -> Port {
        var port = try Sample.port(1)
        change(&port)
        return port
    }

    func standing(_ change: (inout Port) -> Void) throws -> EndpointStanding {
        EndpointStanding(try port(change), hostID: "here")
    }

    @Test func `what is ACTIVE is up, and so is what the network has for itself`() throws {
        #expect(try standing { $0.status = .active } == .up)
        #expect(try standing { $0.deviceOwner = "network:distributed" } == .up)
    }

    @Test func `on hosts`() throws {
        #expect(try standing { _ in } == .down("no container uses it"))
        #expect(try standing { $0.deviceOwner = "docker:sticky" } == .down("it keeps an address for docker"))
        #expect(try standing { $0.deviceID = "abc" } == .down("its user, abc, named no host"))
        #expect(try standing { $0.binding.hostID = "there" } == .down("host there has not connected it"))
        #expect(try standing { $0.binding.hostID = "here" } == .downHere)
        let off = try standing {
            $0.binding.hostID = "here"
            $0.adminStateUp = false
        }
        #expect(off == .down("it is switched off: admin_state_up is false"))
    }

    @Test func `behind a machine's port`() throws {
        func standing(_ carrier: String?, _ change: (inout Port) -> Void) throws -> EndpointStanding {
            EndpointStanding(try port(change), hostID: "here", vif: vif, carrier: carrier)
        }
        #expect(try standing(nil) { _ in } == .down("no machine's port carries it"))
        #expect(try standing(nil) { $0.binding.hostID = "compute1" } == .down("host compute1 has not connected it"))
        #expect(try standing("\(vif)") { _ in } == .down("no container uses it"))
        #expect(try standing("\(vif)") { $0.deviceID = "abc" } == .downHere)
        #expect(try standing("x") { $0.deviceID = "abc" } == .down("the machine with port x has not connected it"))
    }
}
