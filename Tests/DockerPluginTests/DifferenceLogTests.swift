import HostEndpoints
import Testing

@testable import DockerPlugin

/// What of differences is worth a line in the log.
struct DifferenceLogTests {
    static func difference(_ kind: PortDifference.Kind, _ brief: String = "b", port: String = "p") -> PortDifference {
        PortDifference(kind, portID: port, container: "web", brief: brief, detail: "\(kind) \(brief) \(port)")
    }

    @Test func `a difference is told once when it has lasted, and once when it is over`() {
        var log = DifferenceLog()
        let start = ContinuousClock.now
        let mtu = Self.difference(.mtu)
        #expect(log.news([mtu], at: start).new == [] && log.isWaiting)
        #expect(log.news([mtu], at: start + DifferenceLog.grace).new == [mtu] && !log.isWaiting)
        for round in 1...100 {
            let news = log.news([mtu], at: start + DifferenceLog.grace + .seconds(30) * round)
            #expect(news.new == [] && news.over == [])
        }
        #expect(log.news([], at: start + .seconds(4000)).over == [mtu])
        #expect(log.news([], at: start + .seconds(4001)).over == [])
    }

    @Test func `another value is another difference, and what passes at once is none`() {
        var log = DifferenceLog()
        let start = ContinuousClock.now
        let (first, second) = (Self.difference(.mtu, "1300"), Self.difference(.mtu, "1200"))
        _ = log.news([first], at: start)
        #expect(log.news([first], at: start + .seconds(5)).new == [first])
        #expect(log.news([second], at: start + .seconds(6)).over == [first])
        #expect(log.news([second], at: start + .seconds(11)).new == [second])
        let (passing, other) = (Self.difference(.mac), Self.difference(.mac, port: "q"))
        _ = log.news([second, passing], at: start + .seconds(12))
        #expect(log.news([second, other], at: start + .seconds(20)).new == [])
        #expect(log.news([second], at: start + .seconds(30)).over == [])
    }
}
